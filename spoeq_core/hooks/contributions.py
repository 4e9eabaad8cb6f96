"""The objects that plugins contribute once, at boot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from pydantic import BaseModel
from quart import Blueprint

if TYPE_CHECKING:
    from spoeq_core.kernel.storage import FileStorage
    from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who a plugin is; a module-level `manifest` of its `plugin.py`.

    Attributes:
        name: The entry point's name: lower case, digits and underscores.
        title: For people ("Coupons").
        description: One sentence for the plugin list.
        before: Plugins that answer after this one, where order matters.
        after: Plugins that answer before this one.
        hosts: Network hosts it talks to, and those that its payment or login provider leads shoppers to (`pay.example`
            stands for the hosts below it, too).
        default_enabled: Whether a new shop starts with it enabled.
        needs_setup: Whether it does nothing until it is given a server or keys: a demo shop leaves it off.
        claims: What it must be alone in to work, as `slot:<name>`, or `lane:<name>` where its promotions are exclusive.
            The conflict report names what two claim.
        development: Whether it is for those who develop a shop and never for one that sells: it is set aside unless
            SPOEQ_ENV is dev and the shop's address plain http, and no demo shop has it on.
        slots: Slots that its `page_fragments` and `admin_fragments` fill; about others they are not asked, which spares
            a page of many slots. None: they are asked about each.
    """

    name: str
    title: str
    description: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    default_enabled: bool = False
    slots: tuple[str, ...] | None = None
    needs_setup: bool = False
    claims: tuple[str, ...] = ()
    development: bool = False


@dataclass(frozen=True, slots=True)
class Routes:
    """Blueprints by where they mount: `/api/v1`, `/` and `/admin`.

    Each blueprint is named `<plugin>_api`, `<plugin>_pages`, `<plugin>_admin`; staff routes declare a permission.

    Attributes:
        api: JSON, at `/api/v1`.
        pages: Of the storefront.
        admin: Of staff.
        webhooks: At `/api/v1` too, but answering also while the plugin is switched off: what somebody outside tells of
            things that were begun before, as a payment provider of orders. `<plugin>_webhooks`.
    """

    api: Blueprint | None = None
    pages: Blueprint | None = None
    admin: Blueprint | None = None
    webhooks: Blueprint | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """Something staff may do: `name` is `<area>.<verb>`; `roles` have it besides Admin, who may do everything."""

    name: str
    label: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A link in the admin's navigation, shown to staff with the permission."""

    label: str
    url: str
    permission: str
    section: str = "Shop"
    icon: str = ""
    position: int = 50


ExtensionTarget = Literal["product", "variant", "cart_line", "order", "customer"]
PiiClass = Literal["none", "contact", "sensitive"]
EXTENSIBLE: tuple[ExtensionTarget, ...] = get_args(ExtensionTarget)
PII: tuple[PiiClass, ...] = get_args(PiiClass)


@dataclass(frozen=True, slots=True)
class Extension:
    """Fields that a plugin adds: stored as `ext.<plugin>`, validated by the model, shown in forms and the API.

    Attributes:
        target: What is extended; one model of a plugin for each.
        model: A pydantic model with a default for every field.
        private: Names of fields that only staff see over the API.
        pii: What kind of personal data is in it, if any; the plugin's page in the admin says so.
        indexes: Names of fields by which the plugin finds owners: each gets an index when the shop starts.
        facets: Names of fields of a product by which shoppers narrow lists, as `f.<plugin>.<field>`: texts, whole
            numbers, choices, yes or no, or lists of these.
        columns: Names of fields of a product or a variant that are columns of the product CSV, which calls them
            `<plugin>.<field>` and `<plugin>.variant.<field>`.
    """

    target: ExtensionTarget
    model: type[BaseModel]
    private: frozenset[str] = frozenset()
    pii: PiiClass = "none"
    columns: frozenset[str] = frozenset()
    indexes: frozenset[str] = frozenset()
    facets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose data is asked for, or is to be erased.

    Attributes:
        customer_id: Of their account; empty for somebody who only bought as a guest.
        email: Normalised by `normalise_email`.
        by_email: Whether what bears only the address (a guest's order) is theirs as well: yes where staff made sure who
            asks. Whoever asks on the account page has shown no more than that they know the account's password.
        since: What was sent to the address before then is not theirs unless `by_email` says so: when the account was
            made (UTC).
    """

    customer_id: str
    email: str
    by_email: bool = False
    since: datetime | None = None


Row = Mapping[str, Any]
Fate = Literal["deleted", "anonymised", "kept"]
Export = Callable[["Shop", Person], AsyncIterator[Row]]
Erase = Callable[["Shop", Person], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A collection with data about people, and how somebody gets a copy of theirs and has it erased.

    Attributes:
        collection: Its name; one of a plugin's for each.
        title: What is in it, for people: "Mails sent".
        pii: What kind of personal data that is.
        fate: What erasing does to it; `kept` says that it stays, and `why` by which rule.
        why: For people: what exactly happens, for how long it is kept otherwise, and why.
        export: An async generator of the person's rows, JSON values and times; no secrets, nothing about others. None
            where there is nothing that a person could read.
        erase: Erases what is the person's. Idempotent: it is repeated after a crash, and when it failed. Takes at most
            20 seconds, or goes on when it is repeated. None only where `fate` is `kept`.
    """

    collection: str
    title: str
    pii: PiiClass
    fate: Fate
    why: str
    export: Export | None = None
    erase: Erase | None = None


@dataclass(frozen=True, slots=True)
class LineProperty:
    """Something a shopper may say about a line (an engraving); part of the line's identity.

    Attributes:
        name: Lower case, digits and underscores; of two plugins with the same name the second is set aside at boot.
        label: For people, in English; the pages translate it, and orders keep it.
        max_length: The most characters, up to `LONGEST_PROPERTY`.
        pattern: A regular expression that the whole text must match.
        hint: For people, shown at the field: what the text should look like.
        required: Whether the product is not sold without it.
        multiline: Whether the text may have several lines; in others line breaks become spaces.
        flag: A yes-or-no field of the plugin's own extension of products: only products where it is set take the
            property. Empty: all products do.
        limit: A whole-number field of that extension: the most characters that a product takes, where it is 1 or more
            and below `max_length`. Empty: `max_length` for all.
    """

    name: str
    label: str
    max_length: int = 80
    pattern: str = ""
    hint: str = ""
    required: bool = False
    multiline: bool = False
    flag: str = ""
    limit: str = ""


LONGEST_PROPERTY = 1000
"""The most characters that a line property may allow."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a page: a template of the plugin with its data. Lower weights come first.

    Attributes:
        template: Its name, as in `coupons/field.html`.
        data: What the template gets beside the page's own values.
        weight: Its place among the fragments of a slot.
        item: In a slot of a list (`card.badges`, `admin.list.columns`) the id of the row that it belongs to.
    """

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    weight: int = 50
    item: str = ""


@dataclass(frozen=True, slots=True)
class HeadTag:
    """A `<meta>` or a `<link>` in a page's head; see `head_tags` for the attributes it may have."""

    name: Literal["meta", "link"]
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """A page that search engines shall find.

    Attributes:
        path: From the shop's root ("/pages/shipping").
        changed_at: When what it shows changed last; None if that is not known.
    """

    path: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What a plugin's check found."""

    ok: bool
    detail: str = ""


class FileStorageProvider(Protocol):
    """A place for uploaded files, contributed through `register_file_storages`; staff choose it by its name."""

    name: str

    def open(self, shop: Shop) -> FileStorage:
        """The storage with the plugin's current settings. Makes no request; asked often, so keep clients."""
        ...


@dataclass(frozen=True, slots=True)
class Migration:
    """A step that brings what a plugin stored to the form that its installed version reads.

    Attributes:
        number: From 1 on, in the order in which they run; a number is never used for another step.
        title: For staff, in English: what it does ("Write the ribbon of old gifts as a colour").
        run: Does it, given the shop. It must be idempotent: a process that is killed half-way has done a part of it,
            and the next one begins it anew.
    """

    number: int
    title: str
    run: Callable[[Shop], Awaitable[None]]
