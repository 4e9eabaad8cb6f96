"""A message for whoever gets the parcel, as an example of a SPOEQ plugin."""

__version__ = "0.1.0"
