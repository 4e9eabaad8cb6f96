"""What goes over the wire: text in gzip for those who take it, and nothing secret in it."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from quart import Blueprint, Response
from quart.typing import TestClientProtocol as Client

from spoeq_core.app import create_app
from spoeq_core.testing import shops
from spoeq_core.web.access import public
from spoeq_core.web.compression import SMALLEST
from spoeq_core.web.context import EXTENSION
from spoeq_core.web.routing import ShopApp
from spoeq_core.web.security import csrf_token

GZIP = {"Accept-Encoding": "br, gzip;q=0.8, *;q=0.1"}
LONG = "<p>नमस्ते, a cup of tea</p>" * 100


def bodies() -> Blueprint:
    """Answers of several kinds."""
    blueprint = Blueprint("bodies", __name__)

    async def stream() -> AsyncIterator[bytes]:
        yield LONG.encode()

    made: dict[str, Callable[[], Response]] = {
        "long": lambda: Response(LONG, headers={"ETag": '"a"'}),
        "short": lambda: Response("x" * (SMALLEST - 1)),
        "picture": lambda: Response(LONG, content_type="image/avif"),
        "stream": lambda: Response(stream(), content_type="text/csv"),
        "secret": lambda: Response(f"{LONG}{csrf_token()}"),
        "packed": lambda: Response(LONG, headers={"Content-Encoding": "br"}),
    }

    @blueprint.get("/bodies/<kind>")
    @public
    async def body(kind: str) -> Response:
        return made[kind]()

    return blueprint


@pytest.fixture
async def client(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Client]:
    app = create_app(shops.test_settings(servers, tmp_path), discovery=shops.discovery_of())
    app.register_blueprint(bodies())
    async with app.test_app():
        yield app.test_client()
        shop = app.extensions[EXTENSION]
        await shop.mongo.client.drop_database(shop.settings.mongodb_database)


async def test_a_long_text_is_sent_in_gzip_and_says_so(client: Client):
    answer = await client.get("/bodies/long", headers=GZIP)
    sent = await answer.get_data(as_text=False)
    assert gzip.decompress(sent).decode() == LONG
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(sent) < len(LONG)
    assert answer.headers["ETag"] == 'W/"a"', "the tag is one of the content, not of these bytes"
    assert "Accept-Encoding" in answer.vary


@pytest.mark.parametrize("takes", ["", "br", "gzip;q=0", "identity"])
async def test_who_does_not_take_gzip_gets_the_text_as_it_is(client: Client, takes: str):
    answer = await client.get("/bodies/long", headers={"Accept-Encoding": takes})
    assert await answer.get_data(as_text=True) == LONG
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["ETag"] == '"a"'
    assert "Accept-Encoding" in answer.vary, "a cache between keeps both apart"


@pytest.mark.parametrize("kind", ["short", "picture", "stream", "secret"])
async def test_what_must_not_or_need_not_be_compressed_is_not(client: Client, kind: str):
    answer = await client.get(f"/bodies/{kind}", headers=GZIP)
    assert "Content-Encoding" not in answer.headers
    await answer.get_data(as_text=True)


async def test_what_has_an_encoding_already_keeps_it(client: Client):
    answer = await client.get("/bodies/packed", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "br"
    assert await answer.get_data(as_text=True) == LONG


async def test_a_style_sheet_is_packed_and_its_tag_is_known_again(app: ShopApp):
    client = app.test_client()
    plain = await client.get("/static/storefront/storefront.css")
    packed = await client.get("/static/storefront/storefront.css", headers=GZIP)
    text, sent = await plain.get_data(as_text=False), await packed.get_data(as_text=False)
    assert gzip.decompress(sent) == text
    assert len(sent) * 3 < len(text)
    assert packed.content_type == plain.content_type == "text/css"
    assert packed.vary.as_set() == {"accept-encoding"}
    for tag in (plain.headers["ETag"], packed.headers["ETag"]):
        again = await client.get("/static/storefront/storefront.css", headers={**GZIP, "If-None-Match": tag})
        assert again.status_code == 304
