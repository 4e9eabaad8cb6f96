"""Staff accounts: made and changed by an admin or from the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from spoeq_core.identity.addresses import parse_email
from spoeq_core.identity.documents import StaffRepository
from spoeq_core.identity.model import Role, Staff, normalise_email
from spoeq_core.identity.passwords import passwords_of
from spoeq_core.identity.service.accounts import (
    change,
    check_fields,
    claim_email,
    parse_name,
    refuse_taken,
    set_disabled,
)
from spoeq_core.identity.service.sessions import end_sessions
from spoeq_core.kernel.errors import Conflict, Invalid
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop


async def create_staff(shop: Shop, *, email: str, password: str, name: str, role: str) -> Staff:
    """A new member of staff.

    Raises:
        Invalid: a field is wrong, or the e-mail address has an account already (code "taken").
    """
    found = check_fields(
        lambda: {"email": parse_email(email)},
        lambda: {"name": parse_name(name)},
        lambda: {"role": parse_role(role)},
        lambda: passwords_of(shop).refuse_weak(password, normalise_email(email), name.strip()),
    )
    await refuse_taken(shop, found["email"])
    staff = Staff(
        id=new_id(), password_hash=await passwords_of(shop).hash(password), created_at=shop.clock.now(), **found
    )
    await shop.repository(StaffRepository).insert(staff)
    await claim_email(shop, staff)
    return staff


async def find_staff(shop: Shop) -> list[Staff]:
    """Everybody who works here, in order of e-mail address."""
    return sorted(await shop.repository(StaffRepository).find({}), key=lambda staff: staff.email)


async def staff_names(shop: Shop, ids: Iterable[str]) -> dict[str, str]:
    """What staff of those ids are called, former ones too; one command."""
    wanted = list(dict.fromkeys(ids))
    found = await shop.repository(StaffRepository).find({"_id": {"$in": wanted}}) if wanted else []
    return {one.id: one.name or one.email for one in found}


async def change_role(shop: Shop, staff_id: str, role: str) -> Staff:
    """Give somebody another role; they sign in again to work in it.

    Raises:
        Invalid: there is no such role.
        NotFound: there is no such member of staff.
        Conflict: they are the last admin (code "last_admin").
    """
    wanted = parse_role(role)
    repository = shop.repository(StaffRepository)
    if wanted is not Role.ADMIN:
        await _refuse_last_admin(shop, staff_id)
    changed = await change(
        repository, staff_id, lambda old: replace(old, role=wanted, session_epoch=old.session_epoch + 1)
    )
    await end_sessions(shop, staff_id)
    return changed


async def disable_staff(shop: Shop, staff_id: str) -> None:
    """Close a staff account and end its sessions.

    Raises:
        NotFound: there is no such member of staff.
        Conflict: they are the last admin (code "last_admin").
    """
    staff = await shop.repository(StaffRepository).get(staff_id)
    await _refuse_last_admin(shop, staff_id)
    await set_disabled(shop, staff, True)


async def enable_staff(shop: Shop, staff_id: str) -> None:
    """Open a staff account again.

    Raises:
        NotFound: there is no such member of staff.
    """
    await set_disabled(shop, await shop.repository(StaffRepository).get(staff_id), False)


def parse_role(text: str) -> Role:
    """The role of that name.

    Raises:
        Invalid: there is none.
    """
    try:
        return Role(text)
    except ValueError:
        raise Invalid.field(
            "role",
            message("There is no role “%(name)s”; there are %(known)s.", name=text, known=", ".join(Role)),
            "role",
        ) from None


async def _refuse_last_admin(shop: Shop, staff_id: str) -> None:
    admins = await shop.repository(StaffRepository).find({"role": Role.ADMIN.value, "disabled": False})
    if [admin.id for admin in admins] == [staff_id]:
        raise Conflict("This is the last admin of the shop.", hint="Make somebody else admin first.", code="last_admin")
