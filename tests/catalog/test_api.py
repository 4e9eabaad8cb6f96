"""Products, categories and brands over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from quart.datastructures import FileStorage

from spoeq_core.audit.service import find_entries
from spoeq_core.catalog import service as catalog
from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Role
from spoeq_core.inventory import service as inventory
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from tests.catalog.builders import DECLARED, kurta, picture, simple

PASSWORD = "neem leaves at dawn"
RUPEES = "INR"


class Api:
    """Asks the JSON API, as somebody."""

    def __init__(self, running: RunningApp) -> None:
        self.shop = running.shop
        self.client = running.app.test_client(use_cookies=False)
        self.known: set[str] = set()

    async def ask(self, method: str, path: str, *, by: str = "", **how: Any):
        headers = dict(how.pop("headers", {}))
        if by:
            headers["Authorization"] = f"Bearer {await self.token(by)}"
        return await self.client.open(f"/api/v1{path}", method=method, headers=headers, **how)

    async def get(self, path: str, **how: Any) -> Any:
        response = await self.ask("GET", path, **how)
        assert response.status_code == 200, await response.get_data()
        return await response.get_json()

    async def token(self, role: str) -> str:
        email = f"{role}@example.com"
        if role == "customer" and role not in self.known:
            await identity.register_customer(self.shop, email=email, password=PASSWORD, name="Meera")
        elif role not in self.known:
            await identity.create_staff(self.shop, email=email, password=PASSWORD, name="Asha", role=Role(role))
        self.known.add(role)
        answer = await self.client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        return (await answer.get_json())["access_token"]


@pytest.fixture
async def api(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Api]:
    async with app_with(servers=servers, data_dir=tmp_path) as running:
        yield Api(running)


async def problem(response, status: int) -> dict[str, Any]:
    assert response.status_code == status, await response.get_data()
    assert response.content_type == "application/problem+json"
    return await response.get_json()


def body(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Brass Diya",
        "status": "active",
        "variants": [
            {
                "sku": "DIYA-1",
                "price": {
                    "sale": {"amount": 29900, "currency": RUPEES},
                    "mrp": {"amount": 39900, "currency": RUPEES},
                },
                "weight_g": 300,
                "stock": 12,
            }
        ],
        "declarations": DECLARED,
        "specs": {"Metal": "Brass"},
        "tags": ["Festive"],
        "hsn": "7418",
        "dimensions_mm": [100, 80, 50],
        **changes,
    }


async def test_a_product_has_the_shape_of_the_contract(api: Api):
    brand = await catalog.create_brand(api.shop, {"name": "Neel"})
    category = await catalog.create_category(api.shop, {"name": "Home"})
    made = await catalog.create_product(
        api.shop, simple(brand_id=brand.id, category_ids=(category.id,), hsn="7418", specs={"Metal": "Brass"})
    )
    await inventory.ensure_stock(api.shop, made, {"DIYA-1": 3})
    found = await api.get("/products/brass-diya")
    assert found == await api.get(f"/products/{made.id}")
    assert found | {"price": None, "variants": None} == {
        "id": made.id,
        "slug": "brass-diya",
        "name": "Brass Diya",
        "brand": "Neel",
        "categories": [{"id": category.id, "slug": "home", "name": "Home"}],
        "description": "",
        "specs": {"Metal": "Brass"},
        "options": [],
        "images": [],
        "price": None,
        "variants": None,
        "rating": {"average": 0.0, "count": 0, "stars": [0, 0, 0, 0, 0]},
        "tags": [],
        "badges": [],
        "declarations": DECLARED,
        "hsn": "7418",
        "weight_g": 300,
        "dimensions_mm": None,
        "ext": {},
        "line_properties": [],
        "version": 1,
    }
    price = {"sale": {"amount": 29900, "currency": "INR"}, "mrp": {"amount": 39900, "currency": "INR"}}
    assert found["price"] == price
    (variant,) = found["variants"]
    assert (variant["sku"], variant["options"], variant["price"]) == ("DIYA-1", {}, price)
    assert variant["stock"] == {"state": "low", "quantity": 3}


async def test_a_list_has_a_total_and_facets_and_knows_its_parameters(api: Api):
    await catalog.import_products(api.shop, [kurta(), simple()])
    page = await api.get("/products?per_page=1&sort=price&nonsense=1")
    assert (page["total"], page["page"], page["per_page"]) == (2, 1, 1)
    assert [item["slug"] for item in page["items"]] == ["brass-diya"]
    kinds = {facet["name"]: facet["kind"] for facet in page["facets"]}
    assert kinds == {"price": "range", "f.country_of_origin": "choice", "f.Colour": "choice", "f.Size": "choice"}
    (price,) = [facet for facet in page["facets"] if facet["name"] == "price"]
    assert price["min"] == {"amount": 29900, "currency": "INR"}
    for query, slugs in {
        "q=kurta": ["block-printed-kurta"],
        "f.Colour=Indigo&f.Colour=Madder": ["block-printed-kurta"],
        "price_max=29900": ["brass-diya"],
        "price_min=29901": ["block-printed-kurta"],
        "tag=festive": ["block-printed-kurta"],
        "brand=nobody": [],
        "category=nowhere": [],
        "rating_min=4.5": [],
        "in_stock=1": [],
        "page=2&per_page=2": [],
        "status=all": ["block-printed-kurta", "brass-diya"],
    }.items():
        found = await api.get(f"/products?sort=-price&{query}")
        assert [item["slug"] for item in found["items"]] == slugs, query


@pytest.mark.parametrize(
    "query",
    [
        "per_page=101",
        "per_page=0",
        "page=0",
        "page=two",
        "page=99999999999999999999",
        "price_min=-1",
        "price_min=1.5",
        "rating_min=6",
        "rating_min=nan",
        "rating_min=x",
        "sort=random",
    ],
)
async def test_a_wrong_parameter_is_named(api: Api, query):
    found = await problem(await api.ask("GET", f"/products?{query}"), 422)
    assert found["code"] == "validation"
    assert [error["field"] for error in found["errors"]] == [query.partition("=")[0]]


async def test_odd_but_harmless_parameters_are_no_error(api: Api):
    await catalog.create_product(api.shop, simple())
    for query in (
        "q=%00",
        "q=%F0%9F%AA%94",
        "category=%00",
        "brand=%00",
        "f.=x",
        "f.x=%00",
        "tag=%24where",
        "price_min=",
    ):
        assert (await api.ask("GET", f"/products?{query}")).status_code == 200, query


async def test_public_reads_are_asked_again_by_their_tag(api: Api):
    await catalog.create_product(api.shop, simple())
    for path in ("/products", "/products/brass-diya", "/categories", "/brands"):
        first = await api.ask("GET", path)
        assert first.headers["Cache-Control"] == "public, no-cache"
        tag = first.headers["ETag"]
        second = await api.ask("GET", path, headers={"If-None-Match": tag})
        assert (second.status_code, await second.get_data()) == (304, b"")
        assert second.headers["ETag"] == tag
        assert (await api.ask("GET", path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_the_tag_changes_with_the_stock(api: Api):
    made = await catalog.create_product(api.shop, simple())
    tags = set()
    for pieces in (0, 3, 9):
        if pieces:
            await inventory.adjust(api.shop, "DIYA-1", pieces, "found", "staff")
        else:
            await inventory.ensure_stock(api.shop, made)
        tags.add((await api.ask("GET", f"/products/{made.id}")).headers["ETag"])
    assert len(tags) == 3


async def test_drafts_are_for_staff(api: Api):
    made = await catalog.create_product(api.shop, {"name": "Someday"})
    await problem(await api.ask("GET", f"/products/{made.id}"), 404)
    await problem(await api.ask("GET", "/products/someday"), 404)
    assert (await api.get("/products"))["total"] == 0
    assert (await api.get("/products?status=draft"))["total"] == 0
    shown = await api.get("/products/someday", by="staff")
    assert (shown["status"], shown["price"]) == ("draft", None)
    assert (await api.get("/products?status=draft", by="staff"))["total"] == 1
    assert (await api.get("/products?status=all", by="staff"))["total"] == 1
    assert (await api.get("/products", by="staff"))["total"] == 0
    await problem(await api.ask("GET", "/products?status=lost", by="staff"), 422)
    response = await api.ask("GET", "/products/someday", by="staff")
    assert (response.headers["ETag"], response.headers["Cache-Control"]) == ('"1"', "private, no-store")


async def test_customers_see_what_everybody_sees(api: Api):
    await catalog.create_product(api.shop, {"name": "Someday"})
    await problem(await api.ask("GET", "/products/someday", by="customer"), 404)


async def test_staff_make_a_product_with_its_first_stock(api: Api):
    response = await api.ask("POST", "/products", by="staff", json=body())
    assert response.status_code == 201
    made = await response.get_json()
    assert response.headers["Location"] == f"/api/v1/products/{made['id']}"
    assert (made["slug"], made["tags"], made["dimensions_mm"], made["status"]) == (
        "brass-diya",
        ["festive"],
        [100, 80, 50],
        "active",
    )
    assert made["variants"][0]["stock"] == {"state": "in_stock", "quantity": 12}
    assert (await api.get("/products/brass-diya"))["variants"][0]["stock"] == {"state": "in_stock"}
    assert (await api.get("/products?in_stock=1"))["total"] == 1
    await deliver_all(api.shop)
    assert (await inventory.get_stock(api.shop, "DIYA-1")).on_hand == 12
    (entry,) = await find_entries(api.shop, target=f"product:{made['id']}")
    assert entry.action == "product.saved"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
        ({"colour": "red"}, "colour"),
        ({"status": "sold"}, "status"),
        ({"hsn": "x"}, "hsn"),
        ({"dimensions_mm": [1, 2]}, "dimensions_mm"),
        ({"category_ids": ["nowhere"]}, "category_ids"),
        ({"brand_id": "nobody"}, "brand_id"),
        ({"declarations": {}}, "declarations.country_of_origin"),
        ({"ext": {"nobody": {}}}, "ext.nobody"),
        ({"variants": []}, "variants"),
        ({"variants": [{"sku": "A"}]}, "variants.0.price"),
        (
            {"variants": [{"sku": "A", "price": {"sale": {"amount": 1.5, "currency": "INR"}}}]},
            "variants.0.price.sale.amount",
        ),
        (
            {"variants": [{"sku": "A", "price": {"sale": {"amount": -1, "currency": "INR"}}}]},
            "variants.0.price.sale.amount",
        ),
        ({"variants": [{"sku": "A", "price": {"sale": {"amount": 1, "currency": "USD"}}}]}, "variants.0.price.sale"),
        (
            {"variants": [{"sku": "A", "price": {"sale": {"amount": 1, "currency": "INR"}}, "stock": -1}]},
            "variants.0.stock",
        ),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(api: Api, changes, field):
    found = await problem(await api.ask("POST", "/products", by="staff", json=body(**changes)), 422)
    assert field in [error["field"] for error in found["errors"]]
    assert (await api.get("/products?status=all", by="staff"))["total"] == 0


async def test_selling_above_the_mrp_is_refused(api: Api):
    above = body()
    above["variants"][0]["price"]["sale"]["amount"] = 39901
    found = await problem(await api.ask("POST", "/products", by="staff", json=above), 422)
    assert found["errors"] == [
        {"field": "variants.0.price.sale", "message": "Selling above the MRP is not allowed.", "code": "above_mrp"}
    ]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"5", b"\xff"])
async def test_what_is_no_object_is_malformed(api: Api, raw):
    await problem(await api.ask("POST", "/products", by="staff", data=raw), 400)


async def test_staff_change_what_they_name_at_the_version_they_saw(api: Api):
    made = await catalog.create_product(api.shop, kurta())
    path = f"/products/{made.id}"
    response = await api.ask("PATCH", path, by="staff", json={"name": "Kurta"}, headers={"If-Match": '"1"'})
    assert response.status_code == 200
    changed = await response.get_json()
    assert (changed["name"], changed["version"], len(changed["variants"])) == ("Kurta", 2, 6)
    assert response.headers["ETag"] == '"2"'
    stale = await api.ask("PATCH", path, by="staff", json={"name": "Kurti"}, headers={"If-Match": '"1"'})
    found = await problem(stale, 409)
    assert (found["code"], found["version"]) == ("stale", 2)
    await problem(await api.ask("PATCH", path, by="staff", json={}, headers={"If-Match": "x"}), 400)
    await problem(await api.ask("PATCH", path, by="staff", json={"colour": 1}), 422)
    assert (
        await api.ask("PATCH", "/products/block-printed-kurta", by="staff", json={"brand_id": None})
    ).status_code == 200
    await problem(await api.ask("PATCH", "/products/nothing", by="staff", json={}), 404)


async def test_of_many_who_change_one_version_at_once_one_succeeds(api: Api):
    made = await catalog.create_product(api.shop, simple())
    token = {"Authorization": f"Bearer {await api.token('staff')}", "If-Match": '"1"'}
    answers = await asyncio.gather(
        *(api.ask("PATCH", f"/products/{made.id}", json={"name": f"Diya {n}"}, headers=token) for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]


async def test_staff_delete(api: Api):
    made = await catalog.create_product(api.shop, simple())
    response = await api.ask("DELETE", f"/products/{made.id}", by="staff")
    assert (response.status_code, await response.get_data()) == (204, b"")
    await problem(await api.ask("DELETE", f"/products/{made.id}", by="staff"), 404)
    await problem(await api.ask("GET", f"/products/{made.id}"), 404)


async def upload(api: Api, product_id: str, content: bytes, alt: str = "A diya", name: str = "file"):
    files = {name: FileStorage(BytesIO(content), filename="diya.jpg", content_type="image/jpeg")}
    return await api.ask("POST", f"/products/{product_id}/images", by="staff", files=files, form={"alt": alt})


async def test_staff_add_pictures_that_everybody_can_fetch(api: Api):
    made = await catalog.create_product(api.shop, simple())
    response = await upload(api, made.id, picture(size=(400, 500)))
    assert response.status_code == 201
    (image,) = (await response.get_json())["images"]
    assert (image["alt"], image["width"], image["height"]) == ("A diya", 400, 500)
    assert [source["type"] for source in image["sources"]] == ["image/avif", "image/webp"]
    for url in [image["src"], *(part.split()[0] for part in image["srcset"].split(", "))]:
        fetched = await api.client.get(url)
        assert (fetched.status_code, fetched.content_type) == (200, "image/jpeg")


async def test_a_picture_that_is_none_is_refused(api: Api):
    made = await catalog.create_product(api.shop, simple())
    for response, field in (
        (await upload(api, made.id, b"MZ\x90\x00"), "file"),
        (await upload(api, made.id, picture(), alt=""), "alt"),
        (await upload(api, made.id, picture(), name="picture"), "file"),
        (await api.ask("POST", f"/products/{made.id}/images", by="staff", json={}), "file"),
    ):
        assert [error["field"] for error in (await problem(response, 422))["errors"]] == [field]
    await problem(await upload(api, "nothing", picture()), 404)
    await problem(await upload(api, made.id, b"\0" * (api.shop.settings.max_upload_bytes + 1)), 413)


WRITES = [
    ("POST", "/products"),
    ("PATCH", "/products/x"),
    ("DELETE", "/products/x"),
    ("POST", "/products/x/images"),
    ("POST", "/categories"),
    ("PATCH", "/categories/x"),
    ("DELETE", "/categories/x"),
    ("POST", "/brands"),
    ("PATCH", "/brands/x"),
]


@pytest.mark.parametrize("who", ["", "customer", "support", "warehouse"])
async def test_only_staff_of_the_catalogue_change_it(api: Api, who):
    headers = {"Authorization": f"Bearer {await api.token(who)}"} if who else {}
    for method, path in WRITES:
        await problem(await api.ask(method, path, json={"name": "x"}, headers=headers), 403 if who else 401)


async def test_categories_are_a_tree_that_staff_keep(api: Api):
    token = {"Authorization": f"Bearer {await api.token('staff')}"}
    made = await api.ask("POST", "/categories", json={"name": "Women"}, headers=token)
    assert made.status_code == 201
    women = await made.get_json()
    response = await api.ask("POST", "/categories", json={"name": "Kurtas", "parent_id": women["id"]}, headers=token)
    kurtas = await response.get_json()
    tree = await api.get("/categories")
    assert [(item["slug"], [child["slug"] for child in item["children"]]) for item in tree["items"]] == [
        ("women", ["kurtas"])
    ]
    circle = await api.ask("PATCH", "/categories/women", json={"parent_id": kurtas["id"]}, headers=token)
    assert (await problem(circle, 422))["errors"][0]["code"] == "below_itself"
    stale = {**token, "If-Match": '"9"'}
    await problem(await api.ask("PATCH", "/categories/kurtas", json={"position": 2}, headers=stale), 409)
    moved = await api.ask("PATCH", "/categories/kurtas", json={"parent_id": None}, headers=token)
    assert (await moved.get_json())["parent_id"] is None
    assert [item["slug"] for item in (await api.get("/categories"))["items"]] == ["kurtas", "women"]
    assert (await api.ask("DELETE", "/categories/kurtas", headers=token)).status_code == 204
    await problem(await api.ask("DELETE", "/categories/kurtas", headers=token), 404)
    await problem(await api.ask("POST", "/categories", json={"name": ""}, headers=token), 422)


async def test_brands_are_listed_and_kept(api: Api):
    token = {"Authorization": f"Bearer {await api.token('staff')}"}
    for name in ("Neel", "Agave"):
        assert (await api.ask("POST", "/brands", json={"name": name}, headers=token)).status_code == 201
    found = await api.get("/brands?per_page=1&page=2")
    assert (found["total"], [brand["slug"] for brand in found["items"]]) == (2, ["neel"])
    renamed = await api.ask("PATCH", f"/brands/{found['items'][0]['id']}", json={"name": "Neel & Co"}, headers=token)
    assert (await renamed.get_json())["name"] == "Neel & Co"
    await problem(await api.ask("PATCH", "/brands/nothing", json={"name": "x"}, headers=token), 404)
    await problem(await api.ask("GET", "/brands?per_page=101"), 422)
