"""Ports to listen on."""

from __future__ import annotations

import random
import socket

from spoeq_core.kernel.errors import ConfigurationError

LOOPBACK = "127.0.0.1"
# Below the ports that Linux and macOS give to outgoing connections: a client that keeps trying a stopped server on one
# of those can be connected to itself, and then the server cannot come back to its port.
SERVER_PORTS = range(20_000, 32_000)
PORTS_TRIED = 100
PORT_LIMIT = 65_536
BACKLOG = 2048
"""How many callers may wait to be answered."""


def free_port(preferred: int = 0, host: str = LOOPBACK) -> int:
    """The preferred port or the next one that is free; without a preference (0) any that suits a server.

    Another process may take it before you do: whoever binds it must be ready to ask again.

    Raises:
        ConfigurationError: none of a hundred is free, or this user may not bind them.
    """
    first = preferred or random.choice(SERVER_PORTS)  # noqa: S311 - not a secret
    for port in range(first, min(first + PORTS_TRIED, PORT_LIMIT)):
        if _can_listen(host, port):
            return port
    raise ConfigurationError(
        f"No port from {first} on is free on {host} for this user.", hint="Choose another one, 1024 or above."
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there, to be inherited by processes.

    Raises:
        ConfigurationError: somebody else has the port.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise ConfigurationError(
            f"Nothing can listen on port {port} of {host}: {error.strerror}.", hint="Choose another port or host."
        ) from None
    listening.set_inheritable(True)
    return listening


def _can_listen(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # Connections that are still winding down do not make a port taken: servers bind with this option, too.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError:
            return False
    return True
