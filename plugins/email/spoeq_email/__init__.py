"""Sends the shop's mails over SMTP; in development an inbox in the admin shows each message as it was sent."""

__version__ = "0.1.0"
