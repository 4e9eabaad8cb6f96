"""Product pictures: every kind and style draws something, the same each time, in small files of the promised sizes."""

import pickle
from dataclasses import replace

import pytest
from PIL import Image, ImageChops

from spoeq_core.sdk import SpoeqError
from spoeq_demo.catalogue import load_catalogue
from spoeq_demo.drawings import draw, drawing_kinds, drawing_styles, render_product, render_set
from spoeq_demo.drawings.colour import GROUND
from spoeq_demo.drawings.geometry import Shape, ellipse, path, rect, smooth, symmetric, taper

PALETTE = ("#1F4172", "#F1E6CF", "#C8642B")
OTHER = ("#2E5E4B", "#F4D9B0", "#8E1F3B")
EVERY_STYLE = [f"{kind}:{style}" for kind in drawing_kinds() for style in drawing_styles(kind)]


def small(kind, palette=PALETTE, label="Neel kurta", seed=1, view=0):
    return draw(kind, palette, label, seed, view, width=96)


def differs(first, second):
    return ImageChops.difference(first, second).getbbox() is not None


def inked(picture):
    """The share of pixels that are clearly not the ground."""
    far = (
        ImageChops.difference(picture, Image.new("RGB", picture.size, GROUND))
        .convert("L")
        .point(lambda v: v > 24 and 255)
    )
    return far.histogram()[255] / (picture.width * picture.height)


class TestKinds:
    def test_there_are_many(self):
        assert len(drawing_kinds()) >= 16
        assert len(EVERY_STYLE) >= 80

    @pytest.mark.parametrize("kind", EVERY_STYLE)
    def test_each_style_draws_a_thing_in_the_middle_of_clear_ground(self, kind):
        picture = small(kind)
        assert picture.size == (96, 120)
        assert 0.06 < inked(picture) < 0.75
        for corner in ((0, 0), (95, 0), (0, 119), (95, 119)):
            assert picture.getpixel(corner) == GROUND

    @pytest.mark.parametrize("kind", drawing_kinds())
    def test_each_takes_its_colours_from_the_palette(self, kind):
        assert differs(small(kind), small(kind, OTHER))

    @pytest.mark.parametrize("kind", drawing_kinds())
    def test_a_detail_shows_the_thing_larger(self, kind):
        detail = small(kind, view=1)
        assert detail.size == (96, 120)
        assert differs(detail, small(kind))
        assert inked(detail) > 0.12

    def test_full_size_is_four_by_five(self):
        assert draw("bowls", PALETTE, "Bowls", 1).size == (1200, 1500)


class TestDice:
    @pytest.mark.parametrize("kind", ["kurta", "spice_jar", "masala_dabba", "saree"])
    def test_same_arguments_same_pixels(self, kind):
        assert not differs(small(kind, seed=5), small(kind, seed=5))

    def test_the_seed_picks_the_style(self):
        pictures = {small("kurta", seed=seed).tobytes() for seed in range(12)}
        assert len(pictures) > 4

    def test_the_label_is_written(self):
        assert differs(small("kadhai:plain", label="Pathar kadhai"), small("kadhai:plain", label="Roti tawa"))


class TestRefusals:
    def test_unknown_kind(self):
        with pytest.raises(SpoeqError, match="no drawing kind 'spaceship'") as refusal:
            draw("spaceship", PALETTE, "Ship", 1)
        assert "kurta" in refusal.value.hint

    def test_unknown_style(self):
        with pytest.raises(SpoeqError, match="no style 'neon'") as refusal:
            draw("kurta:neon", PALETTE, "Kurta", 1)
        assert "ikat" in refusal.value.hint


class TestFiles:
    def test_a_set_has_both_formats_in_each_width_and_one_jpeg(self, tmp_path):
        files = render_set(draw("mug:buti", PALETTE, "Mugs", 1), tmp_path / "new", "mugs", (160, 320))
        assert [(file.format, file.width, file.height) for file in files] == [
            ("avif", 160, 200),
            ("webp", 160, 200),
            ("avif", 320, 400),
            ("webp", 320, 400),
            ("jpeg", 320, 400),
        ]
        for file in files:
            with Image.open(file.path) as stored:
                assert (stored.width, stored.height) == (file.width, file.height)
                assert stored.format is not None
                assert stored.format.lower() == file.format

    @pytest.mark.parametrize("drawing", ["cushion:ajrakh", "shirt:ikat", "carton:jaal"])
    def test_the_busiest_patterns_keep_a_lists_picture_under_25_kilobytes(self, drawing, tmp_path):
        files = render_set(draw(drawing, PALETTE, "Busy", 1), tmp_path, "busy", (640,))
        assert next(file for file in files if file.format == "avif").path.stat().st_size < 25_000

    def test_a_product_gets_one_picture_or_two(self, tmp_path):
        products = {product.slug: product for product in load_catalogue().products}
        twice = products["ghoda-lacquer-horse"]
        pictures = render_product(twice, tmp_path)
        assert [picture.alt for picture in pictures] == [twice.name, f"{twice.name}, a closer look"]
        assert {file.path.name for file in pictures[1].files} >= {"ghoda-lacquer-horse-2-640.avif"}
        assert all(file.path.is_file() for picture in pictures for file in picture.files)
        assert max(file.width for file in pictures[0].files) == 1200
        assert len(render_product(replace(twice, views=1), tmp_path / "once")) == 1

    def test_products_and_pictures_travel_between_processes(self, tmp_path):
        product = load_catalogue().products[0]
        assert pickle.loads(pickle.dumps((render_product, product))) == (render_product, product)  # noqa: S301


class TestGeometry:
    def test_a_path_ends_where_it_says(self):
        outline = path("M 0 0 L 10 0 Q 20 0 20 10 C 20 20 10 20 0 20 Z")
        assert outline.points[0] == (0, 0)
        assert outline.points[-1] == pytest.approx((0, 20))
        assert outline.box == pytest.approx((0, 0, 20, 20))

    def test_symmetric_mirrors_its_half(self):
        left, _, right, _ = symmetric("M 600 0 L 700 50 L 600 100").box
        assert (left, right) == (500, 700)

    def test_placed_scales_turns_and_moves(self):
        assert Shape(((1, 0),)).placed(10, 10, 5, 90).points[0] == pytest.approx((10, 15))

    def test_turned_keeps_its_centre(self):
        assert rect(0, 0, 10, 20).turned(180, (5, 10)).box == pytest.approx((0, 0, 10, 20))

    def test_smooth_passes_through_its_points(self):
        points = smooth((0, 0), (50, 30), (100, 0)).points
        assert min(abs(x - 50) + abs(y - 30) for x, y in points) < 1e-6

    def test_taper_starts_thin_and_ends_thick(self):
        shape = taper(smooth((0, 0), (0, 50), (0, 100)), 10)
        assert shape.points[0] == shape.points[-1]
        left, _, right, _ = shape.box
        assert right - left == pytest.approx(10, abs=0.5)

    def test_an_ellipse_fills_its_box(self):
        assert ellipse(5, 5, 4, 2).box == pytest.approx((1, 3, 9, 7))
