"""What a product must be, and what more to be sold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spoeq_core.catalog.model import (
    MAX_PRICE,
    MAX_VARIANTS,
    Image,
    Option,
    Product,
    ProductStatus,
    Variant,
    attributes_of,
    faults,
    search_words,
    slugify,
    terms_of,
    tidied,
)
from tests.catalog.builders import kurta, simple

KURTA = replace(Product("P1", "block-printed-kurta", ""), **kurta())
DIYA = replace(Product("P2", "brass-diya", ""), **simple())


def fields_of(product: Product) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in faults(product)}


def with_variant(**changes):
    return replace(DIYA, variants=(replace(DIYA.variants[0], **changes),))


def test_a_good_product_has_no_fault():
    assert fields_of(KURTA) == set()
    assert fields_of(DIYA) == set()


@pytest.mark.parametrize(
    ("product", "fault"),
    [
        (replace(DIYA, name=""), ("name", "missing")),
        (replace(DIYA, name="x" * 301), ("name", "too_long")),
        (replace(DIYA, name="Diya\x00"), ("name", "pattern")),
        (replace(DIYA, slug="Brass Diya"), ("slug", "pattern")),
        (replace(DIYA, slug="a--b"), ("slug", "pattern")),
        (replace(DIYA, slug=""), ("slug", "pattern")),
        (replace(DIYA, slug="a" * 101), ("slug", "pattern")),
        (replace(DIYA, description="x" * 50_001), ("description", "too_long")),
        (replace(DIYA, hsn="123"), ("hsn", "pattern")),
        (replace(DIYA, hsn="१२३४"), ("hsn", "pattern")),
        (replace(DIYA, tags=tuple(map(str, range(51)))), ("tags", "too_many")),
        (replace(DIYA, specs={"": "x"}), ("specs", "missing")),
        (replace(DIYA, specs={"a=b": "x"}), ("specs", "pattern")),
        (replace(DIYA, specs={"$set": "x"}), ("specs", "pattern")),
        (replace(DIYA, specs={"Fabric": ""}), ("specs.Fabric", "missing")),
        (replace(DIYA, dimensions_mm=(1, -1, 1)), ("dimensions_mm", "range")),
        (replace(DIYA, declarations={**DIYA.declarations, "color": "red"}), ("declarations.color", "unknown")),
        (
            replace(DIYA, declarations={**DIYA.declarations, "country_of_origin": "India"}),
            ("declarations.country_of_origin", "country"),
        ),
        (replace(KURTA, options=(*KURTA.options, Option("colour", ("A",)))), ("options.2.name", "duplicate")),
        (replace(KURTA, options=(Option("Colour", ()),)), ("options.0.values", "missing")),
        (replace(KURTA, options=(Option("Colour", ("A", "A")),)), ("options.0.values", "duplicate")),
        (with_variant(sku=""), ("variants.0.sku", "pattern")),
        (with_variant(sku="-A"), ("variants.0.sku", "pattern")),
        (with_variant(sku="A" * 65), ("variants.0.sku", "pattern")),
        (with_variant(sku="A B"), ("variants.0.sku", "pattern")),
        (with_variant(sale=-1), ("variants.0.sale", "range")),
        (with_variant(sale=MAX_PRICE + 1, mrp=None), ("variants.0.sale", "range")),
        (with_variant(sale=39901), ("variants.0.sale", "above_mrp")),
        (with_variant(min_price=29901), ("variants.0.min_price", "range")),
        (with_variant(weight_g=-1), ("variants.0.weight_g", "range")),
        (with_variant(image_id="nothing"), ("variants.0.image_id", "unknown")),
        (with_variant(options={"Size": "S"}), ("variants.0.options", "options")),
        (
            replace(DIYA, variants=(*DIYA.variants, *DIYA.variants)),
            ("variants.1.sku", "duplicate"),
        ),
        (
            replace(KURTA, variants=(*KURTA.variants, replace(KURTA.variants[0], sku="OTHER"))),
            ("variants.6.options", "duplicate"),
        ),
        (
            replace(KURTA, variants=(replace(KURTA.variants[0], options={"Colour": "Indigo"}),)),
            ("variants.0.options", "options"),
        ),
        (
            replace(KURTA, variants=(replace(KURTA.variants[0], options={"Colour": "Pink", "Size": "S"}),)),
            ("variants.0.options", "options"),
        ),
    ],
)
def test_each_fault_names_its_field(product, fault):
    assert fault in fields_of(product)


def test_a_product_has_at_most_200_variants():
    many = tuple(Variant(f"V{n}", {"N": str(n % 100), "M": str(n // 100)}) for n in range(MAX_VARIANTS + 1))
    options = (Option("N", tuple(str(n) for n in range(100))), Option("M", ("0", "1", "2")))
    product = replace(DIYA, options=options, variants=many)
    assert ("variants", "too_many") in fields_of(product)
    assert fields_of(replace(product, variants=many[:-1])) == set()


def test_a_product_has_at_most_40_pictures():
    images = tuple(Image(str(n), "A diya", 1, 1, ()) for n in range(41))
    assert fields_of(replace(DIYA, images=images)) == {("images", "too_many")}
    assert fields_of(replace(DIYA, images=images[:40])) == set()


def test_without_an_mrp_any_price_goes():
    assert fields_of(with_variant(sale=MAX_PRICE, mrp=None)) == set()


def test_an_active_product_needs_a_variant_and_its_declarations_and_a_draft_does_not():
    bare = Product("P3", "bare", "Bare", status=ProductStatus.ACTIVE)
    assert fields_of(bare) == {
        ("variants", "needed_to_sell"),
        ("declarations.country_of_origin", "needed_to_sell"),
        ("declarations.maker", "needed_to_sell"),
        ("declarations.net_quantity", "needed_to_sell"),
    }
    assert fields_of(replace(bare, status=ProductStatus.DRAFT)) == set()


def test_words_are_tidied():
    product = tidied(
        replace(
            DIYA,
            name="  Brass \n Diya ",
            tags=("Festive", "festive ", ""),
            declarations={"maker": " Neel  Textiles ", "importer": " "},
            description="a\r\nb ",
        )
    )
    assert product.name == "Brass Diya"
    assert product.tags == ("festive",)
    assert product.declarations == {"maker": "Neel Textiles"}
    assert product.description == "a\nb"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Block-Printed Kurta", "block-printed-kurta"),
        ("Kūrta – Blue & White!", "kurta-blue-white"),
        ("  Men's T-Shirt  ", "mens-t-shirt"),
        ("कुर्ता", ""),
        ("a" * 200, "a" * 80),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_a_name_makes_a_slug(name, slug):
    assert slugify(name) == slug
    assert len(slug) <= 80


def test_search_folds_case_and_width_and_keeps_the_marks_of_indian_scripts():
    assert terms_of("KURTA  \uff2d kurta") == ["kurta", "m"]
    assert terms_of("कुर्ता") == ["कुर्ता"]
    assert terms_of("--- !!") == []
    product = replace(KURTA, name="कुर्ता Indigo", brand_name="Neel")
    assert {"कुर्ता", "indigo", "neel", "festive", "kur", "cotton"} <= set(search_words(product))
    assert "separately" in search_words(product)


def test_attributes_are_the_options_that_variants_have_short_specs_and_the_origin():
    product = replace(KURTA, variants=KURTA.variants[:2], specs={"Fabric": "Cotton", "Care": "x" * 61})
    assert attributes_of(product) == ["Colour=Indigo", "Size=S", "Size=M", "Fabric=Cotton", "country_of_origin=IN"]
