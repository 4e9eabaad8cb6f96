"""The checks, in the order in which a report shows them."""

from __future__ import annotations

from spoeq_core.testing.check import (
    access,
    carriers,
    chaos,
    contract,
    data,
    lifecycle,
    logins,
    overriding,
    package,
    prices,
    secrets,
    templates,
)
from spoeq_core.testing.check.model import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "entry-point",
        "One entry point, which loads a plugin module with a manifest of its name.",
        '[project.entry-points."spoeq.plugins"] NAME = "package.plugin"; there: manifest = Manifest(name="NAME", …).',
        package.entry_point,
    ),
    Check(
        "compatibility",
        "Says which spoeq it suits, and suits this one.",
        "Require a range: spoeq>=0.1,<0.2.",
        package.compatibility,
    ),
    Check(
        "contract",
        "Its hooks exist, with the colour, parameters and annotations of their specs.",
        "See the hook in docs/reference.md or `spoeq hooks`.",
        contract.check,
        "module",
    ),
    Check(
        "manifest",
        "Title, description and slots are complete and true.",
        "Complete the Manifest in plugin.py; the slots are listed in docs/reference.md.",
        package.manifest,
        "module",
    ),
    Check(
        "typing",
        "Typed: py.typed is there and mypy --strict is content.",
        "Add an empty py.typed to the package, and annotate what mypy names.",
        package.typing,
    ),
    Check(
        "imports",
        "Of SPOEQ it imports spoeq_core.sdk, and nothing of other plugins.",
        "Import it from spoeq_core.sdk; of other plugins use events and extension data.",
        package.imports,
    ),
    Check(
        "templates",
        "Its templates are in its own folder, can be drawn, and are drawn through the theme.",
        "Put them into templates/NAME/ and draw them by render or as Fragments.",
        templates.templates,
        "module",
    ),
    Check("texts", "What people read goes through gettext.", "Write _(…) and message(…).", templates.texts, "module"),
    Check(
        "access",
        "Each route says who may open it, and staff pages name a permission.",
        "Put @staff(permission) on the view and declare the permission by register_permissions.",
        access.check,
        "module",
    ),
    Check(
        "lifecycle",
        "Enabled it works, disabled it is gone, and it comes back as before.",
        "Keep no state outside the shop, and register nothing for the whole app.",
        lifecycle.check,
        "shop",
    ),
    Check(
        "overriding",
        "A child theme can override what it draws.",
        "Draw templates by render or as Fragments; never read the file yourself, nor keep the HTML.",
        overriding.check,
        "shop",
    ),
    Check(
        "residue",
        "What it stores is declared, so that uninstalling can remove it.",
        "Return the model of each collection from register_documents.",
        data.residue,
        "shop",
    ),
    Check(
        "personal-data",
        "What it keeps about people can be exported and erased.",
        "Describe the collection by register_data_manifest.",
        data.personal,
        "shop",
    ),
    Check(
        "prices",
        "Its price hooks are pure, commute, and keep prices within bounds.",
        "Look up in pricing_facts; in price_adjustments use only what is given, and cart.at as the time.",
        prices.check,
        "shop",
    ),
    Check(
        "carrier",
        "Its carriers book once, label what they booked and hear only what is signed.",
        "Run ShippingCarrierContract of spoeq_core.testing.carriers over them.",
        carriers.check,
        "shop",
    ),
    Check(
        "login",
        "Its login providers wait to be set up, and let in nobody who did not agree.",
        "Run LoginProviderContract of spoeq_core.testing.logins over them.",
        logins.check,
        "shop",
    ),
    Check(
        "chaos",
        "Whichever of its hooks fails, pages stay and nothing is sold at a wrong price.",
        "Let no hook depend on what another one left behind.",
        chaos.chaos,
        "shop",
    ),
    Check(
        "latency",
        "Its hooks answer within their deadlines and never block the loop.",
        "Ask the database once for all, and run what blocks by asyncio.to_thread or in the worker.",
        chaos.latency,
        "shop",
    ),
    Check(
        "secrets",
        "Its secret settings are nowhere to be read.",
        "Log ids, not values, and keep SecretStr wrapped until it is sent.",
        secrets.check,
        "shop",
    ),
)


def chosen(only: tuple[str, ...]) -> tuple[Check, ...]:
    """The checks of these ids; all, if there are none.

    Raises:
        LookupError: there is no such check.
    """
    known = {check.id for check in CHECKS}
    if odd := [name for name in only if name not in known]:
        raise LookupError(f"There is no check {', '.join(odd)}; there are: {', '.join(check.id for check in CHECKS)}.")
    return tuple(check for check in CHECKS if not only or check.id in only)
