"""Secrets at rest: AES-256-GCM (NIST SP 800-38D) under keys that are in a file and not in the database.

The file holds a key a line: what is sealed is sealed with the first, and the others still open what they have sealed,
so that a key can be changed while the hub runs, and a backup of before can be read. What is sealed names its key, and
may be bound to what it belongs to: taken elsewhere it cannot be opened. The nonce is made from the content (HMAC-SHA256
under a key of its own), so that what has not changed is sealed the same and no nonce is used for two contents.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import HubError
from hub.log import redact_value

MIN_KEY_CHARACTERS = 32
MAX_KEYS = 8
_VERSION = "v1"
_NONCE_BYTES = 12


class SecretLost(HubError):
    """A secret cannot be read; the message says why, in words for a person."""


@dataclass(frozen=True, slots=True)
class Vault:
    """``text`` is what stands in the key file; without one, ``why`` says why, and nothing can be sealed or opened.

    ``file`` is read again where something was sealed with a key that was not there when it was read last.
    """

    text: str | None = field(repr=False)
    why: str = ""
    file: Path | None = None

    @classmethod
    def from_file(cls, path: Path) -> Vault:
        """Does not raise: a vault that cannot be used says so when it is."""
        try:
            text = path.read_text(encoding="utf-8").strip()
            is_open = bool(path.stat().st_mode & 0o077)
        except (OSError, UnicodeDecodeError):
            return cls(None, f"the key file {path} cannot be read", path)
        for key in text.splitlines():
            redact_value(key)
        if any(len(key) < MIN_KEY_CHARACTERS for key in text.splitlines() or [""]):
            return cls(None, f"the key file {path} holds fewer than {MIN_KEY_CHARACTERS} characters", path)
        if is_open:
            return cls(None, f"the key file {path} can be read by others: chmod 600", path)
        return cls(text, "", path)

    @property
    def keys(self) -> tuple[str, ...]:
        """The first is the one in use. Raises SecretLost where there is none."""
        if self.text is None:
            raise SecretLost(f"its password cannot be read: {self.why}")
        return tuple(self.text.splitlines())

    @property
    def key_id(self) -> str:
        """Of the key in use; it tells nothing about the key. Raises SecretLost."""
        return key_id_of(self.keys[0])

    def seal(self, text: str, bound: str = "") -> bytes:
        """``text`` encrypted, as ASCII; it opens with the same ``bound`` only. Raises SecretLost."""
        key, content, bytes_bound = self.keys[0], text.encode(), bound.encode()
        nonce = hmac.digest(_derive(key, "nonce"), bytes_bound + content, "sha256")[:_NONCE_BYTES]
        sealed = nonce + AESGCM(_derive(key, "cameras")).encrypt(nonce, content, bytes_bound)
        return f"{_VERSION}.{key_id_of(key)}.{base64.b64encode(sealed).decode()}".encode()

    def open(self, sealed: bytes, bound: str = "") -> str:
        """What was sealed. Raises SecretLost."""
        version, _, rest = sealed.decode("ascii", errors="replace").partition(".")
        made_with, _, text = rest.partition(".")
        if version != _VERSION:
            raise SecretLost("its password was encrypted by a newer gridhub")
        key = self._key_of(made_with)
        try:
            raw = base64.b64decode(text, validate=True)
            content = AESGCM(_derive(key, "cameras")).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound.encode())
        except (InvalidTag, ValueError) as error:
            raise SecretLost("its password cannot be read: it was changed, or belongs to another camera") from error
        return content.decode()

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed with the key that is in use. Raises SecretLost."""
        return sealed.split(b".")[1:2] == [self.key_id.encode()]

    def _key_of(self, made_with: str) -> str:
        for vault in (self, *([Vault.from_file(self.file)] if self.file else [])):
            for key in vault.keys:
                if key_id_of(key) == made_with:
                    return key
        raise SecretLost(f"its password cannot be read: it was encrypted with another key ({made_with})")


def key_id_of(key: str) -> str:
    return hashlib.sha256(_derive(key, "id")).hexdigest()[:8]


def write_keys(path: Path, keys: tuple[str, ...]) -> None:
    """Put ``keys`` in the place of what is in a key file: all of them or nothing, however it ends. Raises OSError."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}.", delete=False) as file:
        try:
            file.write("".join(f"{key}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _derive(text: str, purpose: str) -> bytes:
    """32 bytes for one purpose. The text is random, so that no stretching is needed."""
    return hmac.digest(text.encode(), f"gridhub {purpose}".encode(), "sha256")
