"""The spoeq command."""
