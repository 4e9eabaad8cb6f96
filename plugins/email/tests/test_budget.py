"""What an order costs the database with its mail, counted command by command until it is delivered."""

from __future__ import annotations

import pytest

from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_email.service import recent_mails
from tests.shopping import MOST_COMMANDS, MOST_WRITES, CommandCounter, counted_order, guest, stock_left

from .conftest import MailServer, smtp

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@pytest.mark.parametrize(
    ("kept_as", "by_its_mail"), [("inbox", ["insert mails"]), ("sent", ["insert mails", "update mails"])]
)
async def test_an_order_of_one_line_keeps_to_its_budget_however_its_mail_goes(
    shop: Shop, server: MailServer, counter: CommandCounter, kept_as: str, by_its_mail: list[str]
):
    delivery = "inbox" if kept_as == "inbox" else "smtp"
    await save_settings(shop, "email", smtp(server, delivery=delivery))
    order = await counted_order(shop, counter, await guest(shop))
    assert [command for command in counter.commands if command.endswith(" mails")] == by_its_mail
    assert len(counter.commands) <= MOST_COMMANDS, counter.commands
    assert len(counter.writes) <= MOST_WRITES, counter.writes
    (mail,) = await recent_mails(shop)
    assert (mail.state, mail.to) == (kept_as, order.email)
    assert len(server.postman.taken) == (kept_as == "sent")
    assert await stock_left(shop) == (100, 1)
