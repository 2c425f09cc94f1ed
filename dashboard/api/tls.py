"""TLS of the console by the files of the configuration, which are read again when they change."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

from hub.config.web import WebSettings
from hub.errors import StartError

_log = logging.getLogger(__name__)


class Certificate:
    """``context`` for the server; ``look`` now and then, so that a certificate can be renewed while the hub runs."""

    def __init__(self, certificate: Path, key: Path | None) -> None:
        """Raises StartError where the files cannot be used."""
        self._files = (certificate, key or certificate)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["http/1.1"])
        self._seen = self._stamp()
        try:
            self._load(self.context)
        except (OSError, ssl.SSLError) as error:
            raise StartError(f"the certificate {certificate} cannot be used: {_words(error)}") from error

    @classmethod
    def of(cls, settings: WebSettings) -> Certificate | None:
        """None where the console speaks no TLS. Raises StartError."""
        return None if settings.certificate is None else cls(settings.certificate, settings.key)

    def look(self) -> bool:
        """Whether a new certificate was taken; what cannot be used is told, and the one before stays."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            # Tried apart: one file may have been changed and the other not yet.
            self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
            self._load(self.context)
        except (OSError, ssl.SSLError) as error:
            _log.error("the new certificate %s cannot be used, the one before stays: %s", self._files[0], _words(error))
            return False
        _log.info("took the new certificate %s", self._files[0])
        return True

    def _load(self, context: ssl.SSLContext) -> None:
        """A key that wants a password is refused: there is nobody to ask."""
        context.load_cert_chain(self._files[0], self._files[1], password=_no_password)

    def _stamp(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_stamp_of(file) for file in self._files)


def _no_password() -> str:
    return ""


def _stamp_of(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _words(error: OSError) -> str:
    """``SSLError`` is an ``OSError`` too, and has no words where a key does not fit."""
    return (getattr(error, "reason", None) or error.strerror or str(error)).lower().replace("_", " ")
