"""What every recommender must do: inherit the class and give it the fixtures `shop` and `anchors`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spoeq_core.catalog.model import ProductStatus
from spoeq_core.catalog.service import product_by_id_or_slug, set_stock_states, update_product
from spoeq_core.hooks.recommendation import register_recommender
from spoeq_core.kernel.ids import new_id
from spoeq_core.recommendations.model import Recommendation, RecommendationKind, RecommendationQuery
from spoeq_core.recommendations.service import recommended
from spoeq_core.shop import Shop

EVERY = tuple(RecommendationKind)
FEW = 2


class RecommenderContract:
    """Conformance tests of a `Recommender`.

    The fixture `shop` is an open shop with the recommender's plugin, products and orders; `anchors` are ids of three or
    more active products in stock of which each is recommended for another one, as similar or as bought together.

    Example:
        class TestMine(RecommenderContract):
            @pytest.fixture
            async def anchors(self, shop):
                return await filled(shop)
    """

    async def test_it_recommends_something_and_says_why(self, shop: Shop, anchors: Sequence[str]) -> None:
        """In a sentence, for at least one kind."""
        said = [one for kind in EVERY for anchor in anchors for one in await asked(shop, (anchor,), kind)]
        assert said
        assert all(one.why.strip() for one in said)

    async def test_it_keeps_to_the_limit_and_names_nothing_twice(self, shop: Shop, anchors: Sequence[str]) -> None:
        """Best first, so that the first ones of a longer answer are a shorter one."""
        for kind in EVERY:
            several = [one.product_id for one in await asked(shop, tuple(anchors[:1]), kind)]
            assert len(set(several)) == len(several)
            few = [one.product_id for one in await asked(shop, tuple(anchors[:1]), kind, limit=FEW)]
            assert few == several[:FEW]

    async def test_it_leaves_out_what_is_there_already(self, shop: Shop, anchors: Sequence[str]) -> None:
        """The anchors, and what is not wanted."""
        for kind in EVERY:
            known = {one.product_id for one in await asked(shop, tuple(anchors), kind)}
            assert not known & set(anchors)
            first = await asked(shop, tuple(anchors[:1]), kind)
            without = frozenset(one.product_id for one in first)
            again = await asked(shop, tuple(anchors[:1]), kind, without=without)
            assert not without & {one.product_id for one in again}

    async def test_asking_changes_nothing(self, shop: Shop, anchors: Sequence[str]) -> None:
        """The same question has the same answer."""
        for kind in EVERY:
            assert await asked(shop, tuple(anchors), kind) == await asked(shop, tuple(anchors), kind)

    async def test_it_stands_what_nobody_knows(self, shop: Shop, anchors: Sequence[str]) -> None:
        """Products that were deleted, and carts of a hundred lines."""
        unknown = tuple(new_id() for _ in range(100))
        for kind in EVERY:
            assert not set(unknown) & {one.product_id for one in await asked(shop, unknown, kind)}
            await asked(shop, (*anchors, *unknown[: 100 - len(anchors)]), kind)

    async def test_what_cannot_be_bought_is_not_shown(self, shop: Shop, anchors: Sequence[str]) -> None:
        """Neither what is sold out nor what is archived, from the moment it is."""
        for kind in EVERY:
            for anchor in anchors:
                query = RecommendationQuery((anchor,), kind, 20)
                shown = [one.product for one in await recommended(shop, query)]
                if len(shown) < FEW:
                    continue
                sold_out, archived = shown[:FEW]
                await set_stock_states(shop, {sold_out.id: dict.fromkeys(sold_out.stock_states, "out")})
                await update_product(shop, archived.id, {"status": ProductStatus.ARCHIVED})
                left = {one.product.id for one in await recommended(shop, query)}
                assert not left & {sold_out.id, archived.id}
                await update_product(shop, archived.id, {"status": ProductStatus.ACTIVE})
                back = (await product_by_id_or_slug(shop, sold_out.id)).stock_states
                await set_stock_states(shop, {sold_out.id: dict.fromkeys(back, "in_stock")})
                return
        raise AssertionError("no product has two recommendations: give the shop more to recommend")


async def asked(
    shop: Shop,
    anchors: tuple[str, ...],
    kind: RecommendationKind,
    *,
    limit: int = 20,
    without: frozenset[str] = frozenset(),
) -> list[Recommendation]:
    """What the recommender of the shop answers; it must not fail."""
    (part,) = shop.hooks.parts(register_recommender)
    query = replace(RecommendationQuery(anchors, kind, limit, without), without=without | frozenset(anchors))
    found = list(await part.value.recommend(shop, query) or ())
    assert len(found) <= limit
    return found
