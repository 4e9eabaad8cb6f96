"""The demo shop's goods: enough of them, honest prices, and names, codes and stock that a shop could have."""

import re
from collections import Counter
from itertools import islice, product as combinations

import pytest

from spoeq_core.sdk import SpoeqError
from spoeq_demo.catalogue import Catalogue, DemoProduct, big_catalogue, load_catalogue
from spoeq_demo.catalogue.loader import FAMILIES, read
from spoeq_demo.drawings import drawing_kinds, drawing_styles

COD_CAP = 5_000_00
COLOUR = re.compile(r"#[0-9A-F]{6}")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Chapters of the Harmonised System that the demo shop's goods belong to.
FOOD = ("04", "08", "09", "20", "21")
CLOTH = ("42", "50", "52", "57", "62", "63", "64")
OTHER_GOODS = ("33", "44", "46", "48", "49", "69", "71", "73", "74", "83", "94", "95", "96", "97")
CHAPTERS = {*FOOD, *CLOTH, *OTHER_GOODS}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def products(catalogue: Catalogue) -> tuple[DemoProduct, ...]:
    return catalogue.products


def prices_are_fair(product: DemoProduct) -> bool:
    return all(0 < variant.sale <= variant.mrp and variant.sale % 100 == 0 for variant in product.variants)


class TestTree:
    def test_has_eight_families_with_shelves_under_each(self, catalogue):
        families = [category.slug for category in catalogue.categories if category.parent is None]
        assert len(families) == 8
        shelves = Counter(category.parent for category in catalogue.categories if category.parent)
        assert set(shelves) == set(families)
        assert min(shelves.values()) >= 3

    def test_positions_count_up_among_siblings(self, catalogue):
        for parent in {category.parent for category in catalogue.categories}:
            positions = [category.position for category in catalogue.categories if category.parent == parent]
            assert positions == list(range(1, len(positions) + 1))

    def test_families_stand_before_their_shelves(self, catalogue):
        seen: set[str] = set()
        for category in catalogue.categories:
            assert category.parent is None or category.parent in seen
            seen.add(category.slug)

    def test_every_shelf_has_goods_and_every_product_lies_on_a_shelf(self, catalogue):
        shelves = {category.slug for category in catalogue.categories if category.parent}
        used = {slug for product in catalogue.products for slug in product.categories}
        assert used == shelves

    def test_brands_are_many_and_all_in_use(self, catalogue):
        assert len(catalogue.brands) >= 10
        assert {brand.slug for brand in catalogue.brands} == {product.brand for product in catalogue.products}


class TestGoods:
    def test_there_are_sixty_or_more(self, products):
        assert 64 <= len(products) <= 72

    def test_slugs_skus_and_names_are_unique(self, products):
        for values in (
            [product.slug for product in products],
            [product.name for product in products],
            [variant.sku for product in products for variant in product.variants],
        ):
            assert [value for value, times in Counter(values).items() if times > 1] == []

    def test_slugs_and_skus_are_readable(self, products):
        assert [p.slug for p in products if not SLUG.fullmatch(p.slug)] == []
        skus = [variant.sku for product in products for variant in product.variants]
        assert [sku for sku in skus if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+){1,3}", sku) or len(sku) > 16] == []

    def test_descriptions_are_two_to_four_sentences_and_nobody_elses(self, products):
        sentences = [re.split(r"(?<=[.!?]) ", product.description) for product in products]
        assert [p.slug for p, said in zip(products, sentences, strict=True) if not 2 <= len(said) <= 4] == []
        repeated = [text for text, times in Counter(s for said in sentences for s in said).items() if times > 1]
        assert repeated == []

    def test_each_has_four_to_seven_specs(self, products):
        assert [product.slug for product in products if not 4 <= len(product.specs) <= 7] == []

    def test_hsn_codes_have_four_six_or_eight_digits_of_a_fitting_chapter(self, products):
        for product in products:
            assert re.fullmatch(r"\d{4}|\d{6}|\d{8}", product.hsn), product.slug
            assert product.hsn[:2] in CHAPTERS, product.slug

    def test_declarations_are_complete(self, products):
        always = {"country_of_origin", "maker", "maker_address", "net_quantity", "care_contact"}
        for product in products:
            imported = product.declarations["country_of_origin"] != "IN"
            assert set(product.declarations) == always | ({"importer"} if imported else set()), product.slug
            assert all(product.declarations.values()), product.slug
            assert re.fullmatch(r"[A-Z]{2}", product.declarations["country_of_origin"]), product.slug
            assert re.search(r"\b\d{5,6}\b", product.declarations["maker_address"]), product.slug

    def test_most_but_not_all_come_from_india(self, products):
        origins = Counter(product.declarations["country_of_origin"] for product in products)
        assert origins["IN"] >= 60
        assert len(origins) >= 3

    def test_parcels_have_size_and_weight(self, products):
        for product in products:
            assert min(product.dimensions_mm) > 0
            assert all(20 <= variant.weight_g <= 20_000 for variant in product.variants), product.slug

    def test_drawings_palettes_and_views_can_be_drawn(self, products):
        for product in products:
            kind, _, style = product.drawing.partition(":")
            assert kind in drawing_kinds(), product.slug
            assert not style or style in drawing_styles(kind), product.slug
            assert 2 <= len(product.palette) <= 4, product.slug
            assert all(COLOUR.fullmatch(text) for text in product.palette), product.slug
            assert product.views in (1, 2)
            assert product.pictured_as == product.slug

    def test_names_can_be_written_with_the_built_in_font(self, products):
        assert [product.name for product in products if not product.name.isascii()] == []


class TestPrices:
    def test_sale_never_exceeds_mrp(self, products):
        assert [product.slug for product in products if not prices_are_fair(product)] == []

    def test_many_cost_less_than_a_thousand_rupees(self, products):
        assert sum(all(variant.sale < 1_000_00 for variant in product.variants) for product in products) >= 14

    def test_some_cost_more_than_the_cash_on_delivery_cap(self, products):
        dear = {product.slug for product in products if min(v.sale for v in product.variants) > COD_CAP}
        assert "meenakshi-kanchipuram-silk-saree" in dear

    def test_most_have_a_discount_and_some_have_none(self, products):
        full = sum(all(variant.sale == variant.mrp for variant in product.variants) for product in products)
        assert 3 <= full <= len(products) // 4


class TestVariants:
    def test_options_offer_exactly_what_the_variants_have(self, products):
        for product in products:
            offered = set(combinations(*product.options.values()))
            picked = [tuple(variant.options[name] for name in product.options) for variant in product.variants]
            assert len(set(picked)) == len(picked), product.slug
            assert set(picked) <= offered, product.slug
            for name, values in product.options.items():
                assert {variant.options[name] for variant in product.variants} == set(values), (product.slug, name)

    def test_some_have_one_and_some_have_a_dozen(self, products):
        counts = [len(product.variants) for product in products]
        assert counts.count(1) >= 10
        assert sum(count >= 12 for count in counts) >= 2

    def test_stock_is_plenty_low_or_none(self, products):
        stock = [variant.stock for product in products for variant in product.variants]
        assert sum(pieces == 0 for pieces in stock) >= 4
        assert sum(1 <= pieces <= 4 for pieces in stock) >= 10
        assert max(stock) <= 120
        assert sum(pieces > 4 for pieces in stock) > len(stock) / 2

    def test_every_product_can_be_bought_in_some_variant(self, products):
        assert [product.slug for product in products if not any(v.stock for v in product.variants)] == []


class TestLoading:
    def test_all_families_have_a_file(self):
        assert all(read(family)["products"] for family in FAMILIES)

    def test_twice_the_same(self):
        assert load_catalogue() == load_catalogue()

    def test_a_product_is_found_by_slug(self, catalogue):
        found = catalogue.product("neel-block-print-kurta")
        assert found is not None
        assert found.variants[0].sku == "KUR-IND-XS"
        assert catalogue.product("no-such-thing") is None


class TestBigCatalogue:
    def test_two_thousand_are_unique_and_valid(self, catalogue):
        made = list(big_catalogue(2000))
        assert len(made) == 2000
        slugs = [product.slug for product in made]
        skus = [variant.sku for product in made for variant in product.variants]
        own = {product.slug: product for product in catalogue.products}
        assert len(set(slugs) | set(own)) == 2000 + len(own)
        assert len(set(skus)) == len(skus)
        assert all(prices_are_fair(product) for product in made)
        assert all(1 <= len(product.variants) <= 6 for product in made)
        assert all(product.pictured_as in own for product in made)
        assert all(SLUG.fullmatch(slug) for slug in slugs)

    def test_options_are_those_of_the_variants(self):
        for product in big_catalogue(300):
            for name, values in product.options.items():
                assert tuple(variant.options[name] for variant in product.variants) == values

    def test_same_seed_same_goods_other_seed_others(self):
        first = list(big_catalogue(50, seed=7))
        assert first == list(big_catalogue(50, seed=7))
        assert first != list(big_catalogue(50, seed=8))

    def test_prices_and_kinds_vary(self):
        made = list(big_catalogue(500))
        assert len({product.variants[0].sale for product in made}) > 100
        assert len({product.hsn for product in made}) > 10
        assert len({product.brand for product in made}) > 8

    def test_streams(self):
        endless = big_catalogue(10**9)
        assert len(list(islice(endless, 3))) == 3

    def test_refuses_a_negative_count(self):
        with pytest.raises(SpoeqError, match="Cannot make -1 products") as refusal:
            big_catalogue(-1)
        assert refusal.value.hint
