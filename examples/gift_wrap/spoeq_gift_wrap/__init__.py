"""Gift wrap and messages, as an example of a SPOEQ plugin by somebody else."""

__version__ = "0.1.0"
