"""Where a payment or a login provider may lead shoppers: to hosts that its plugin declares, and nowhere else."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def may_lead_to(url: str, hosts: Collection[str], *, own: str, development: bool) -> bool:
    """Whether a shopper may be led there.

    To the shop itself, and by https to a declared host or one below it; in development to any server of this machine.
    Never to an address that a browser reads otherwise than Python does (white space, a backslash, other letters than
    ASCII), or that hides its host behind a name and a password.

    Args:
        url: An absolute address.
        hosts: What the plugin's manifest declares.
        own: The shop's address.
        development: Whether the shop is one to develop with.
    """
    if not (url.isascii() and url.isprintable()) or any(odd in url for odd in " \\"):
        return False
    try:
        parts, home = urlsplit(url), urlsplit(own)
        host = parts.hostname or ""
    except ValueError:
        return False
    if "@" in parts.netloc:
        return False
    if (parts.scheme, parts.netloc) == (home.scheme, home.netloc):
        return True
    if parts.scheme == "https":
        return any(host == declared or host.endswith(f".{declared}") for declared in hosts)
    return development and parts.scheme == "http" and host in LOOPBACK
