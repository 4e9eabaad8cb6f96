"""The API's own description: valid, complete, and only of what is enabled; and who may open which route."""

from __future__ import annotations

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from quart import Blueprint, Response

from spoeq_core.identity.permissions import all_permissions
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import shopper_program, staff_program
from spoeq_core.web.access import access_of
from spoeq_core.web.openapi import API, operation_of
from tests.api.conformity import document_of

# What no program asks by JSON: the description itself, and files and pages have none.
SIGNING = {"/admin/login", "/admin/logout"}
UNDESCRIBED = {"/api/v1/openapi.json", "/api/v1/docs"}


def without_permission(running: RunningApp) -> list[str]:
    """Routes of staff that anybody else may open too, or whose permission nobody declares."""
    known = {permission.name for permission in all_permissions(running.shop.hooks)}
    wrong = []
    for rule in running.app.url_map.iter_rules():
        access = access_of(running.app.view_functions[rule.endpoint])
        for_staff = rule.rule.startswith(("/admin", f"{API}/admin")) or (access and access.kind == "staff")
        if access is None or (for_staff and rule.rule not in SIGNING and access.permission not in known):
            wrong.append(f"{rule.rule} {rule.endpoint}")
    return wrong


async def test_it_is_valid_openapi_31_with_every_route(app: RunningApp):
    document = await document_of(app)
    assert [error.message for error in OpenAPIV31SpecValidator(document.raw).iter_errors()] == []
    served = {
        rule.rule
        for rule in app.app.url_map.iter_rules()
        if rule.rule.startswith(API) and operation_of(app.app.view_functions[rule.endpoint]) is None
    }
    assert served == UNDESCRIBED, "each view of the API is described with @operation"
    for method, path, operation in document.operations:
        good = [status for status in operation["responses"] if status < "4"]
        assert good, f"{method} {path} never succeeds"
        if "200" in good or "201" in good:
            assert all("content" in operation["responses"][status] for status in good if status in {"200", "201"}), (
                f"{method} {path} does not say what it answers"
            )


async def test_it_is_kept_by_clients_and_asked_for_again(app: RunningApp):
    first = await app.client.get(f"{API}/openapi.json")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert (await app.client.get(f"{API}/openapi.json", headers=tag)).status_code == 304
    await disable_plugin(app.shop, "coupons")
    assert (await app.client.get(f"{API}/openapi.json", headers=tag)).status_code == 200


async def test_a_disabled_plugin_is_neither_described_nor_served(app: RunningApp):
    assert f"{API}/coupons" in (await document_of(app)).raw["paths"]
    await disable_plugin(app.shop, "coupons")
    found = await document_of(app)
    assert [path for path in found.raw["paths"] if "coupon" in path] == []
    assert [name for name in found.raw["components"]["schemas"] if "Coupon" in name] == []
    assert (await shopper_program(app).post("/cart/apply-coupon", {"code": "X"}))[0] == 404
    await enable_plugin(app.shop, "coupons")
    assert f"{API}/coupons" in (await document_of(app)).raw["paths"]


async def test_people_read_it_too(app: RunningApp):
    answer = await app.client.get(f"{API}/docs")
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 200
    for words in ("POST /api/v1/orders", "/api/v1/coupons/{code}", "catalog.manage", 'id="shape-CartShape"'):
        assert words in text


async def test_each_route_of_staff_declares_a_permission_that_somebody_declared(app: RunningApp):
    assert without_permission(app) == []


async def test_a_route_that_declares_none_is_found(app: RunningApp):
    blueprint = Blueprint("forgotten", __name__)

    @blueprint.get("/admin/forgotten")
    async def forgotten() -> Response:
        return Response("")

    app.app._got_first_request = False
    app.app.register_blueprint(blueprint)
    assert without_permission(app) == ["/admin/forgotten forgotten.forgotten"]


@pytest.mark.parametrize("role", ["admin", "staff", "warehouse", "support"])
async def test_what_a_role_may_not_is_refused_everywhere(app: RunningApp, role: str):
    program, document = await staff_program(app, role), await document_of(app)
    mine = set((await program.get("/me"))[1]["permissions"])
    for method, path, operation in document.operations:
        permission = operation.get("description", "").partition("`")[2].partition("`")[0]
        if permission and permission not in mine:
            plain = path.removeprefix(API).replace("{", "").replace("}", "")
            status, problem = await program.ask(method, plain, {})
            assert (status, problem["code"]) == (403, "forbidden"), (role, method, path)
