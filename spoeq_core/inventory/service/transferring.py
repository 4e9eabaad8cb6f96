"""Carrying goods from one place to another: two rows of the log by one update, which change no sum."""

from __future__ import annotations

from spoeq_core.inventory.documents import StockRepository, lies_at, not_logged
from spoeq_core.inventory.model import LONGEST_NOTE, MAX_PIECES, NotThere, Reason, Stock
from spoeq_core.inventory.service.locations import get_location, require_location
from spoeq_core.inventory.service.moving import ATTEMPTS, Cause, busy, is_logged, new_row
from spoeq_core.inventory.service.reading import get_stock
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop


async def transfer(
    shop: Shop, sku: str, pieces: int, *, source: str, target: str, transfer_id: str, actor: str, note: str = ""
) -> Stock:
    """The stock after pieces were carried from one place to another. Safe to repeat for the same transfer.

    What orders hold may be carried too: it stays promised, and is packed where it lies then.

    Args:
        shop: The shop.
        sku: Which.
        pieces: How many, from 1.
        source: The code of the place where they lay.
        target: The code of the place where they lie then.
        transfer_id: What causes it.
        actor: The staff member's id.
        note: In words, for the log.

    Raises:
        NotFound: there is no such SKU.
        NotThere: fewer lie at the first place.
        Invalid: a place is unknown, the same or takes no goods, or it is no number of pieces, or the note is too long.
    """
    await _check(shop, pieces, source, target, note)
    cause = Cause(Reason.TRANSFER, transfer_id, actor, note.strip())
    rows = new_row(shop, sku, -pieces, 0, cause, source), new_row(shop, sku, pieces, 0, cause, target)
    for _ in range(ATTEMPTS):
        stock = await get_stock(shop, sku)
        if await is_logged(shop, sku, cause):
            return await get_stock(shop, sku)
        if stock.at(source) < pieces:
            raise NotThere(stock, source, (await get_location(shop, source)).label, pieces)
        only_if = {**lies_at(stock, source, pieces), **not_logged(cause.reason, cause.ref)}
        if await shop.repository(StockRepository).move(*rows, only_if=only_if):
            return await get_stock(shop, sku)
    raise busy(sku)


async def _check(shop: Shop, pieces: int, source: str, target: str, note: str) -> None:
    errors = []
    for name, code, receiving in (("source", source, False), ("target", target, True)):
        try:
            await require_location(shop, code, receiving=receiving)
        except Invalid as error:
            errors += [FieldError(name, it.message, it.code) for it in error.errors]
    if not errors and source == target:
        errors.append(FieldError("target", "Choose another location than the one where they lie.", "same"))
    if type(pieces) is not int or not 1 <= pieces <= MAX_PIECES:
        errors.append(FieldError("pieces", "Give a whole number from 1.", "quantity"))
    if len(note.strip()) > LONGEST_NOTE:
        said = message("Say it in at most %(most)s characters.", most=LONGEST_NOTE)
        errors.append(FieldError("note", said, "length"))
    if errors:
        raise Invalid("The goods were not moved.", errors=errors)
