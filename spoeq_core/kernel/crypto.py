"""Keys derived from the shop's secret: signed values for cookies and links, sealed values for stored secrets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from itsdangerous import BadSignature, URLSafeSerializer

from spoeq_core.kernel.errors import ConfigurationError


class Keyring:
    """Signs and seals, each purpose with a key of its own (HMAC-SHA-256 of the secret and the purpose)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).digest()

    def sign(self, purpose: str, value: str) -> str:
        """The value with a signature, URL-safe."""
        return str(self._serializer(purpose).dumps(value))

    def unsign(self, purpose: str, signed: str) -> str | None:
        """The value, or None if the signature is not ours."""
        try:
            value = self._serializer(purpose).loads(signed)
        except (BadSignature, UnicodeError):
            return None
        return value if isinstance(value, str) else None

    def seal(self, purpose: str, value: str) -> str:
        """The value encrypted with AES-256-GCM."""
        nonce = os.urandom(12)
        return base64.b64encode(nonce + AESGCM(self.derive(purpose)).encrypt(nonce, value.encode(), None)).decode()

    def unseal(self, purpose: str, sealed: str) -> str:
        """What was sealed.

        Raises:
            ConfigurationError: the secret is another than the one it was sealed with.
        """
        raw = base64.b64decode(sealed)
        try:
            return AESGCM(self.derive(purpose)).decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag:
            raise ConfigurationError(
                f"A stored secret of {purpose!r} cannot be read with this SPOEQ_SECRET_KEY.",
                hint="Set the key the shop was made with, or enter the secret again in the admin.",
            ) from None

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self.derive(purpose),
            salt=purpose,
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )
