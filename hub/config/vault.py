"""The passwords of cameras, encrypted at rest: AES-256-GCM (NIST SP 800-38D) under a key that is not in the database.

A sealed secret names the key it was made with, and is bound to its source: moved to another row it cannot be read. The
nonce is made from the content (HMAC-SHA256 under a key of its own), so that what has not changed is sealed the same and
no nonce is used for two contents.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.config.access import secret
from hub.config.settings import Config
from hub.errors import HubError
from hub.log import redact_value
from hub.model.source import Source

SEALED = "sealed"
"""The only key of a secret as the database has it: ``{"sealed": "v1.KEY_ID.BASE64"}``."""
_VERSION = "v1"
_NONCE_BYTES = 12
_MIN_KEY_CHARACTERS = 32


class SecretLost(HubError):
    """A secret cannot be read; the message says why, in words for a person."""


@dataclass(frozen=True, slots=True)
class Vault:
    """``text`` is what stands in the key file; without one, ``why`` says why, and nothing can be sealed or read."""

    text: str | None = field(repr=False)
    why: str = ""

    @classmethod
    def of(cls, config: Config) -> Vault:
        """That of a hub. Its own key is made on first use; one that is configured must be there."""
        if config.secrets.key_file is None:
            try:
                return cls(secret(config, "camera-key"))
            except OSError as error:
                return cls(None, f"the key cannot be read ({error.strerror or error})")
        return cls.from_file(config.secrets.key_file)

    @classmethod
    def from_file(cls, path: Path) -> Vault:
        try:
            text = path.read_text(encoding="utf-8").strip()
            is_open = bool(path.stat().st_mode & 0o077)
        except (OSError, UnicodeDecodeError):
            return cls(None, f"the key file {path} cannot be read")
        redact_value(text)
        if len(text) < _MIN_KEY_CHARACTERS:
            return cls(None, f"the key file {path} holds fewer than {_MIN_KEY_CHARACTERS} characters")
        if is_open:
            return cls(None, f"the key file {path} can be read by others: chmod 600")
        return cls(text)

    def seal(self, source: Source) -> Source:
        """``source`` with its secret sealed, where it has one and it is not sealed yet. Raises SecretLost."""
        if not source.secret or SEALED in source.secret:
            return source
        key, key_id = self._key()
        content = json.dumps(dict(source.secret), sort_keys=True, ensure_ascii=False).encode()
        bound = _bound(source.id)
        nonce = hmac.digest(_derive(self._require(), "nonce"), bound + content, "sha256")[:_NONCE_BYTES]
        sealed = nonce + AESGCM(key).encrypt(nonce, content, bound)
        return replace(source, secret={SEALED: f"{_VERSION}.{key_id}.{base64.b64encode(sealed).decode()}"})

    def unseal(self, source: Source) -> Source:
        """``source`` with its secret in clear. Raises SecretLost."""
        if not source.secret or SEALED not in source.secret:
            return source
        key, key_id = self._key()
        version, _, rest = source.secret[SEALED].partition(".")
        made_with, _, text = rest.partition(".")
        if version != _VERSION:
            raise SecretLost("its password was encrypted by a newer gridhub")
        if made_with != key_id:
            raise SecretLost(f"its password cannot be read: it was encrypted with another key ({made_with})")
        try:
            sealed = base64.b64decode(text, validate=True)
            content = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(source.id))
        except (InvalidTag, ValueError) as error:
            raise SecretLost("its password cannot be read: it was changed, or belongs to another camera") from error
        found: dict[str, str] = json.loads(content)
        for value in found.values():
            redact_value(value)
        return replace(source, secret=found)

    def _key(self) -> tuple[bytes, str]:
        text = self._require()
        return _derive(text, "cameras"), hashlib.sha256(_derive(text, "id")).hexdigest()[:8]

    def _require(self) -> str:
        if self.text is None:
            raise SecretLost(f"its password cannot be read: {self.why}")
        return self.text


def is_sealed(secret_of_source: Mapping[str, str] | None) -> bool:
    """Whether a secret may be written to the database."""
    return not secret_of_source or set(secret_of_source) == {SEALED}


def _derive(text: str, purpose: str) -> bytes:
    """32 bytes for one purpose. The text is random, so that no stretching is needed."""
    return hmac.digest(text.encode(), f"gridhub {purpose}".encode(), "sha256")


def _bound(source_id: str) -> bytes:
    return f"source {source_id}\0".encode()
