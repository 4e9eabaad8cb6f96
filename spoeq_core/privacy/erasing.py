"""Erasing somebody: refused while an order needs them, else a job that goes through the manifest part by part.

The rule for what is on its way: nothing is sent to somebody who is being erased. Their account is closed and signed
out at once; events that carry the address are removed; messages about orders look the address up when they are sent,
and find none. What a mail server was handed already goes out.

The job can be killed anywhere and goes on: each part is a step, and its handler idempotent. A part that fails is put
behind all others and repeated; if it keeps failing, the job fails and names it, the erasure stays begun, and erasing
again starts another job.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from spoeq_core.audit.service import find_entries, record
from spoeq_core.hooks.contributions import Person
from spoeq_core.identity import service as identity
from spoeq_core.identity.documents import EmailClaimRepository
from spoeq_core.identity.model import Customer, Kind, normalise_email
from spoeq_core.jobs.model import Failure, Job, JobKind, Step
from spoeq_core.jobs.service import create_job
from spoeq_core.kernel.errors import NotFound, SpoeqError, Unavailable
from spoeq_core.kernel.ids import fingerprint
from spoeq_core.kernel.messages import message
from spoeq_core.orders.personal import orders_of, unfinished_orders
from spoeq_core.privacy.documents import ErasureRepository
from spoeq_core.privacy.manifest import Part, manifest_of
from spoeq_core.privacy.model import Blocker, Erasure, StillNeeded
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

PERMISSION = "customers.delete"
PURPOSE = "erasure"
PART_SECONDS = 20.0
"""Less than a step of a job may take."""


async def person_of(shop: Shop, customer: Customer, *, by_email: bool) -> Person:
    """Whom a customer's account is about, also while it is being erased; `by_email` as `Person` says."""
    erasure = await shop.repository(ErasureRepository).find_by_id(customer.id)
    if erasure is not None:
        return _unsealed(shop, erasure)
    return Person(customer.id, customer.email, by_email and bool(customer.email), customer.created_at)


async def person_of_email(shop: Shop, email: str) -> Person:
    """Whom an address belongs to: a customer, or somebody who only bought as a guest.

    Raises:
        NotFound: nobody.
    """
    address = normalise_email(email)
    claim = await shop.repository(EmailClaimRepository).find_by_id(address)
    if claim is not None and claim.kind is Kind.CUSTOMER:
        return await person_of(shop, await identity.customer_by_id(shop, claim.account_id), by_email=True)
    erasure = await shop.repository(ErasureRepository).find_by_id(_key(Person("", address)))
    guest = Person("", address, by_email=True)
    if erasure is not None or (address and [order async for order in orders_of(shop, guest)]):
        return guest
    raise NotFound("Nobody with this e-mail address is known.", hint="Check its spelling.")


async def is_being_erased(shop: Shop, customer_id: str) -> bool:
    """Whether an erasure was begun and has not ended."""
    return await shop.repository(ErasureRepository).find_by_id(customer_id) is not None


async def blockers(shop: Shop, person: Person) -> list[Blocker]:
    """The orders that forbid erasing them now."""
    return [Blocker(order.id, order.number, why) for order, why in await unfinished_orders(shop, person)]


async def erase_person(shop: Shop, person: Person, *, by: str, actor_id: str, actor_name: str) -> Job:
    """Close the account, and begin the job that erases. Repeated, it begins another job that ends the same.

    Raises:
        StillNeeded: orders forbid it; nothing happened.
    """
    if found := await blockers(shop, person):
        raise StillNeeded(found)
    erasure = Erasure(_key(person), _sealed(shop, person), by, shop.clock.now())
    fields = {"sealed": erasure.sealed, "by": by, "begun_at": erasure.begun_at, "version": 1}
    erasures = shop.repository(ErasureRepository).collection
    await erasures.update_one({"_id": erasure.id}, {"$setOnInsert": fields}, upsert=True)
    customer = await identity.find_customer(shop, person.customer_id) if person.customer_id else None
    if customer is not None and customer.erased_at is None:
        await identity.set_disabled(shop, customer, True)
    who = {"actor_id": actor_id, "actor_name": actor_name}
    job = await create_job(
        shop, ERASE, title="Erase a customer's data", params={"key": erasure.id}, total=len(manifest_of(shop)), **who
    )
    await record(shop, "customer.erasure_begun", _target(erasure.id), detail={"by": by, "job": job.id}, **who)
    return job


async def _step(shop: Shop, job: Job) -> Step:
    erasure = await shop.repository(ErasureRepository).find_by_id(job.params["key"])
    if erasure is None:
        return Step(finished=True)
    person = _unsealed(shop, erasure)
    parts = manifest_of(shop)
    if not job.cursor:  # nothing is erased before it is sure that everything may be
        found = await blockers(shop, person)
        begun = Step(total=len(parts), cursor={"seen": [], "failed": []})
        return await _let_go(shop, erasure, person, found) if found else begun
    seen = set(job.cursor["seen"])
    failed = list(job.cursor["failed"])
    part = next((one for one in parts if one.key not in seen), None)
    if part is not None:
        failed += [part.key] if await _erase(shop, part, person) else []
        return Step(done=1, total=len(parts), cursor={"seen": [*sorted(seen), part.key], "failed": failed})
    await _again(shop, [one for one in parts if one.key in failed], person)
    await _finish(shop, erasure, job)
    return Step(finished=True)


async def _erase(shop: Shop, part: Part, person: Person) -> str:
    """Why a part could not be erased; empty if it was."""
    if part.data.erase is None:
        return ""
    try:
        async with asyncio.timeout(PART_SECONDS):
            await part.data.erase(shop, person)
    except Exception as error:
        log.exception("the data of %s could not be erased", part.key)
        if part.plugin in shop.hooks.enabled:
            shop.hooks.on_fault(part.plugin, "register_data_manifest", f"erase: {type(error).__name__}: {error}")
        return str(error) if isinstance(error, SpoeqError) else type(error).__name__
    return ""


async def _again(shop: Shop, parts: Sequence[Part], person: Person) -> None:
    """Repeat what failed.

    Raises:
        Unavailable: something failed again; it names the plugins.
    """
    faults = [(part, why) for part in parts if (why := await _erase(shop, part, person))]
    if faults:
        named = "; ".join(f"plugin {part.plugin!r}, {part.data.title} ({why})" for part, why in faults)
        raise Unavailable(
            message("Everything else is erased, but not: %(named)s.", named=named),
            hint="Mend it, then erase once more.",
        )


async def _let_go(shop: Shop, erasure: Erasure, person: Person, found: Sequence[Blocker]) -> Step:
    """Give the account back: an order was placed while the erasure began."""
    customer = await identity.find_customer(shop, person.customer_id) if person.customer_id else None
    if customer is not None and customer.erased_at is None:
        await identity.set_disabled(shop, customer, False)
    await shop.repository(ErasureRepository).delete(erasure.id)
    return Step(failures=[Failure(blocker.number, blocker.why) for blocker in found], finished=True)


async def _finish(shop: Shop, erasure: Erasure, job: Job) -> None:
    """Write down that it is done, once, then forget whom it was about."""
    told = await find_entries(shop, target=_target(erasure.id), limit=20)
    if not any(entry.action == "customer.erased" and entry.at >= erasure.begun_at for entry in told):
        detail = {"by": erasure.by, "job": job.id, "parts": len(manifest_of(shop))}
        await record(
            shop, "customer.erased", _target(erasure.id), actor_id="system", actor_name="system", detail=detail
        )
    await shop.repository(ErasureRepository).delete(erasure.id)


def _key(person: Person) -> str:
    return person.customer_id or f"guest-{fingerprint(person.email)[:26]}"


def _target(key: str) -> str:
    return f"customer:{key}"


def _sealed(shop: Shop, person: Person) -> str:
    since = person.since.isoformat() if person.since else None
    return shop.keyring.seal(PURPOSE, json.dumps({**asdict(person), "since": since}))


def _unsealed(shop: Shop, erasure: Erasure) -> Person:
    kept = json.loads(shop.keyring.unseal(PURPOSE, erasure.sealed))
    since = datetime.fromisoformat(kept["since"]) if kept["since"] else None
    return Person(kept["customer_id"], kept["email"], kept["by_email"], since)


ERASE = JobKind("customers.erase", _step, permission=PERMISSION)
JOBS: tuple[JobKind, ...] = (ERASE,)
