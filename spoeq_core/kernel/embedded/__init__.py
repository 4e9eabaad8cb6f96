"""SecantusDB and Valkey as child processes on loopback: a shop without a server to install, for trying and testing."""

from spoeq_core.kernel.embedded.manager import EmbeddedServers, running_servers
from spoeq_core.kernel.embedded.programs import MONGO, VALKEY, ServerUrls

__all__ = ["MONGO", "VALKEY", "EmbeddedServers", "ServerUrls", "running_servers"]
