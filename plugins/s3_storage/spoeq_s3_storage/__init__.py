"""Keeps the shop's pictures in S3, Cloudflare R2 or any other store that speaks S3."""

__version__ = "0.1.0"
