"""Pictures of the demo products, drawn with Pillow alone."""

from spoeq_demo.drawings.files import PictureFile, ProductPicture, render_product, render_set
from spoeq_demo.drawings.scene import draw, drawing_kinds, drawing_styles

__all__ = [
    "PictureFile",
    "ProductPicture",
    "draw",
    "drawing_kinds",
    "drawing_styles",
    "render_product",
    "render_set",
]
