"""Child processes: started in their own session, stopped in order, restarted when they die, gone when we are."""

from spoeq_core.kernel.processes.children import describe_exit, die_with_parent, kill_group, spawn, stop
from spoeq_core.kernel.processes.ports import LOOPBACK, free_port, listen
from spoeq_core.kernel.processes.supervisor import (
    Child,
    Notify,
    RestartBudget,
    Supervisor,
    stop_signals,
    to_stderr,
)

__all__ = [
    "LOOPBACK",
    "Child",
    "Notify",
    "RestartBudget",
    "Supervisor",
    "describe_exit",
    "die_with_parent",
    "free_port",
    "kill_group",
    "listen",
    "spawn",
    "stop",
    "stop_signals",
    "to_stderr",
]
