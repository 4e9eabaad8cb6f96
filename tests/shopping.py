"""A small shop to test buying in: goods with stock, plugins that deliver and take money, and a counter of commands."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import ModuleType
from typing import Any

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, ProductStatus, Variant
from spoeq_core.catalog.service import import_products
from spoeq_core.checkout.model import Choices, PlaceRequest, Quota
from spoeq_core.checkout.service import Placed, place_order, quote
from spoeq_core.hooks.caller import hookimpl
from spoeq_core.hooks.contributions import Manifest
from spoeq_core.identity.model import Address
from spoeq_core.inventory.service import NewStock, create_stocks
from spoeq_core.notifications.model import Message
from spoeq_core.orders.model import Order
from spoeq_core.payments.model import PaymentOption, PaymentOutcome, Pending
from spoeq_core.pricing.model import PricedCart, PricingCart
from spoeq_core.shipping.model import ShippingOption
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import relay_of

MOST_COMMANDS = 10
MOST_WRITES = 8
"""What an order of one line may cost the database until all its deliveries are done."""
WRITES = frozenset({"insert", "update", "delete", "findAndModify"})
HOUSEKEEPING = frozenset({"hello", "isMaster", "ping", "endSessions", "buildInfo", "saslStart", "saslContinue"})
ADDRESS = Address("Asha Rao", "+919845012345", "12 Temple Street", "Bengaluru", "Karnataka", "560001")
SKU = "KUR-IND-M"
PRICE = 129900
DELIVERY = 4900
DOOR_FEE = 2900
DECLARED = {"country_of_origin": "IN", "maker": "Neel Textiles, Jaipur", "net_quantity": "1 piece"}


@dataclass
class CommandCounter(CommandListener):
    """Which commands went to the database, in their order: `insert orders`."""

    commands: list[str] = field(default_factory=list)

    def started(self, event: CommandStartedEvent) -> None:
        """Note a command."""
        if event.command_name not in HOUSEKEEPING:
            self.commands.append(f"{event.command_name} {event.command.get(event.command_name)}")

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to note."""

    @property
    def writes(self) -> list[str]:
        """Those that change something."""
        return [command for command in self.commands if command.split()[0] in WRITES]

    def clear(self) -> None:
        """Count from here."""
        self.commands.clear()


def plugin(name: str, hosts: tuple[str, ...] = (), **hooks: Callable[..., Any]) -> ModuleType:
    """A plugin that implements these hooks and talks to these hosts."""
    module = ModuleType(f"spoeq_{name}.plugin")
    module.__file__ = __file__
    module.manifest = Manifest(name, name.title(), f"{name} for tests.", hosts=hosts)  # type: ignore[attr-defined]
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return module


def delivery() -> ModuleType:
    """Two ways to be delivered to, anywhere in India but the islands."""

    async def shipping_options(cart: PricingCart) -> Sequence[ShippingOption]:
        if cart.destination is None or cart.destination.postal_code.startswith("744"):
            return []
        return [
            ShippingOption("express", "Express", 14900, cod=False),
            ShippingOption("standard", "Standard delivery", DELIVERY),
        ]

    return plugin("delivery", shipping_options=shipping_options)


@dataclass
class AtTheDoor:
    """Money at the door, for a fee, up to a cap."""

    name: str = "door"
    on_delivery: bool = True
    fee: int = DOOR_FEE
    cap: int = 10**9

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption:
        """Available up to the cap."""
        del shop
        free = priced.totals.grand_total <= self.cap
        reason = "" if free else "Not for so much."
        return PaymentOption("Pay at the door", available=free, reason=reason, fee=self.fee, fee_label="Door fee")

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        """Never asked: the money is taken at the door."""
        raise AssertionError(f"{shop.profile.name}: {order.id}")


@dataclass
class Gateway:
    """An online provider whose next outcome a test sets."""

    name: str = "gateway"
    on_delivery: bool = False
    outcome: PaymentOutcome | Exception = field(default_factory=Pending)
    started: list[str] = field(default_factory=list)

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption:
        """Always."""
        del shop, priced
        return PaymentOption("Card or UPI")

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        """What the test wants."""
        del shop
        self.started.append(order.id)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def door(quotas: Sequence[Quota] = (), provider: AtTheDoor | None = None) -> ModuleType:
    """Payment at the door, with these quotas for each order."""

    async def order_quotas(order: Order) -> Sequence[Quota]:
        del order
        return quotas

    def register_payment_providers() -> Sequence[AtTheDoor]:
        return [provider or AtTheDoor()]

    return plugin("door", order_quotas=order_quotas, register_payment_providers=register_payment_providers)


def online(gateway: Gateway) -> ModuleType:
    """An online provider."""

    def register_payment_providers() -> Sequence[Gateway]:
        return [gateway]

    return plugin("online", ("pay.example",), register_payment_providers=register_payment_providers)


class Letters:
    """A channel that keeps each message once, with one command."""

    name = "letters"

    async def send(self, shop: Shop, message: Message) -> None:
        """Keep it."""
        letter = {"_id": message.key, **asdict(message)}
        await shop.mongo.collection("letters").insert_one(letter)


def letters() -> ModuleType:
    """A channel into the database."""

    def register_channels() -> Sequence[Letters]:
        return [Letters()]

    return plugin("letters", register_channels=register_channels)


async def sent(shop: Shop) -> list[dict[str, Any]]:
    """The letters that went out."""
    found: list[dict[str, Any]] = await shop.mongo.collection("letters").find().to_list(None)
    return found


async def stock_up(shop: Shop, pieces: Mapping[str, int] | None = None, price: int = PRICE) -> dict[str, Product]:
    """Products of one variant each, by SKU, with so many pieces on hand."""
    wanted = dict(pieces or {SKU: 100})
    products = await import_products(
        shop,
        [
            {
                "name": f"Kurta {sku}",
                "slug": f"kurta-{sku.lower().replace(chr(46), chr(45))}",
                "status": ProductStatus.ACTIVE,
                "variants": (Variant(sku, sale=price, mrp=price + 70000, weight_g=300),),
                "declarations": DECLARED,
            }
            for sku in wanted
        ],
    )
    by_sku = {product.variants[0].sku: product for product in products}
    await create_stocks(
        shop,
        [NewStock(sku, by_sku[sku].id, f"Kurta {sku}", count, threshold=0) for sku, count in wanted.items()],
    )
    return by_sku


async def hearing(shop: Shop) -> None:
    """Wait until a shop may use what it keeps, and see to it that it goes on so however slow the machine is."""
    shop.cache.silence = 60.0
    async with asyncio.timeout(60):
        while not shop.cache.hears:  # noqa: ASYNC110 - what holds is no event
            await asyncio.sleep(0.01)


async def sell(shop: Shop, products: Mapping[str, Product]) -> None:
    """As if a piece of each had been bought, for pages that show what sells."""
    await shop.repository(ProductRepository).add_sold({product.id: 1 for product in products.values()})


async def guest(shop: Shop, pieces: Mapping[str, int] | None = None) -> Owner:
    """A guest with a cart that holds this."""
    owner = Owner()
    for sku, quantity in (pieces or {SKU: 1}).items():
        owner = Owner(cart_id=(await carts.add_item(shop, owner, sku, quantity)).cart.id)
    return owner


async def request_for(shop: Shop, owner: Owner, *, pay: str = "door", address: Address = ADDRESS) -> PlaceRequest:
    """An order for the owner's cart at the total of its quote."""
    choices = Choices(address, "delivery:standard", pay)
    total = (await quote(shop, owner, choices)).total
    return PlaceRequest("asha@example.in", address, choices.shipping_method, pay, total)


async def buy(shop: Shop, owner: Owner, *, key: str = "", pay: str = "door") -> Placed:
    """The owner's cart ordered."""
    return await place_order(shop, owner, await request_for(shop, owner, pay=pay), key=key)


async def counted_order(shop: Shop, counter: CommandCounter, owner: Owner) -> Order:
    """The owner's cart ordered and each subscriber told, as by a worker that was woken; only that is in the counter."""
    announced: list[tuple[str, str, list[dict[str, Any]]]] = []

    async def wake(collection: str, key: str, pending: list[dict[str, Any]]) -> None:
        announced.append((collection, key, pending))

    request = await request_for(shop, owner)
    shop.outbox.wake = wake
    counter.clear()
    placed = await place_order(shop, owner, request, key="k")
    for collection, key, pending in announced:
        await relay_of(shop).relay(collection, key, pending)
    return placed.order


async def stock_left(shop: Shop, sku: str = SKU) -> tuple[int, int]:
    """Pieces on hand, and how many of them are reserved."""
    raw = await shop.mongo.collection("stock").find_one({"_id": sku})
    return raw["on_hand"], raw["reserved"]


def by_collection(commands: Sequence[str]) -> Counter[str]:
    """How often each command went to each collection."""
    return Counter(commands)
