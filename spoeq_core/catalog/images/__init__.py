"""Product pictures: an upload becomes clean renditions of several widths and types, under keys of its content."""

from spoeq_core.catalog.images.gallery import (
    add_image,
    add_rendered_images,
    delete_image,
    describe_image,
    focus_image,
    order_images,
    store_picture,
    store_rendered,
)
from spoeq_core.catalog.images.rendering import RenderedImage, Rendition, cut, render

__all__ = [
    "RenderedImage",
    "Rendition",
    "add_image",
    "add_rendered_images",
    "cut",
    "delete_image",
    "describe_image",
    "focus_image",
    "order_images",
    "render",
    "store_picture",
    "store_rendered",
]
