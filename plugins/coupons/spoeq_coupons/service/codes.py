"""Making many single-use codes, and reading them for a spreadsheet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from spoeq_core.sdk import (
    Conflict,
    Invalid,
    Job,
    JobKind,
    Shop,
    Step,
    create_job,
    message,
    quota_counts,
)
from spoeq_coupons.documents import CodeRepository
from spoeq_coupons.model import Coupon
from spoeq_coupons.model.codes import SingleUseCode, code_of
from spoeq_coupons.service.pricing import code_key
from spoeq_coupons.service.staff import find_coupon

PERMISSION = "coupons.manage"
MOST_AT_ONCE = 10_000
A_STEP = 500


async def generate_codes(shop: Shop, coupon: Coupon, count: int, *, actor_id: str, actor_name: str) -> Job:
    """Have the worker make so many single-use codes of a coupon.

    Raises:
        Invalid: none, or too many.
        Conflict: the coupon is not used by single-use codes.
    """
    if not 1 <= count <= MOST_AT_ONCE:
        raise Invalid.field("count", message("Enter 1 to %(n)s codes.", n=MOST_AT_ONCE), "out_of_range")
    if not coupon.single_use:
        raise Conflict(
            message("%(code)s is not used by single-use codes.", code=coupon.code),
            hint="Choose “Used by single-use codes only” first.",
            code="not_single_use",
        )
    return await create_job(
        shop,
        GENERATE,
        title=message("Make %(n)s codes of %(code)s", n=count, code=coupon.code),
        params={"coupon": coupon.id, "serial": coupon.serial, "count": count},
        actor_id=actor_id,
        actor_name=actor_name,
        total=count,
    )


async def codes_of(shop: Shop, coupon: Coupon) -> AsyncIterator[tuple[SingleUseCode, bool]]:
    """All single-use codes of a coupon in the order of their making, and whether each was used."""
    codes, part = shop.repository(CodeRepository), list[SingleUseCode]()
    async for code in codes.stream({"batch": coupon.id, "serial": coupon.serial}, sort=[("job", 1), ("n", 1)]):
        part.append(code)
        if len(part) == A_STEP:
            for row in await _with_uses(shop, part):
                yield row
            part.clear()
    for row in await _with_uses(shop, part):
        yield row


async def _with_uses(shop: Shop, codes: Sequence[SingleUseCode]) -> list[tuple[SingleUseCode, bool]]:
    used = await quota_counts(shop, [code_key(code.id, code.serial) for code in codes])
    return [(code, code_key(code.id, code.serial) in used) for code in codes]


async def _generate(shop: Shop, job: Job) -> Step:
    """The next codes: a step that is repeated makes the same ones, and stores what is missing of them."""
    batch, serial, count = str(job.params["coupon"]), str(job.params["serial"]), int(job.params["count"])
    coupon = await find_coupon(shop, batch)
    if coupon.serial != serial:
        raise Conflict(message("%(code)s was given out again meanwhile.", code=batch))
    first = int(job.cursor.get("next", 0))
    after = min(first + A_STEP, count)
    secret, now = shop.keyring.derive("coupons.codes"), shop.clock.now()
    await shop.repository(CodeRepository).add(
        [SingleUseCode(code_of(secret, batch, job.id, n), batch, serial, job.id, n, now) for n in range(first, after)]
    )
    return Step(done=after - first, cursor={"next": after}, finished=after == count)


GENERATE = JobKind("coupons.generate", _generate, permission=PERMISSION)
