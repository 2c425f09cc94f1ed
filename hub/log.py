"""Logging for people: one line a record on standard error, secrets taken out by value and by shape.

``setup`` is called once by each process. A password must never reach a log, whatever library wrote the record, so the
formatter is where it is removed: every value given to ``redact_value``, every ``user:password@`` of a URL and every
``password=`` in one, as cheap cameras have it.
"""

from __future__ import annotations

import logging
import re
import sys
import time

_URL_CREDENTIALS = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/?#]*@")
PASSWORD_NAMES = "password|passwd|passwort|passw|pass|loginpass|loginpas|userpass|userpwd|pwd|psw"  # noqa: S105  names
AUTH_NAMES = "authbasic|basicauth|auth|authorization|access_token|token|api_?key"
"""How cameras call a password in an address, and what is name and password, or stands for them, in one."""
_NAMED = re.compile(rf"(?i)(?P<name>(?:^|[?&/;_])(?:{PASSWORD_NAMES}|{AUTH_NAMES})=)(?!\{{)[^\s&?#;/\"']+")
_SHORT = 8
_secrets: set[str] = set()


def redact_value(secret: str) -> None:
    """Remember a secret, so that it is replaced wherever it would be written."""
    if len(secret) >= 4:
        _secrets.add(secret)


def redact(text: str) -> str:
    """``text`` without known secrets and without the credentials of any URL."""
    text = _NAMED.sub(r"\g<name>***", _URL_CREDENTIALS.sub(r"\g<scheme>***@", text))
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret not in text:
            continue
        # A short one may be a part of common words ("admin"): those stay.
        text = text.replace(secret, "***") if len(secret) >= _SHORT else _whole(secret).sub("***", text)
    return text


def _whole(secret: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){re.escape(secret)}(?![^\W_])")


class _Formatter(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  the library's name
        return time.strftime(datefmt or "%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def setup(process: str, level: int = logging.INFO) -> None:
    """Log to standard error as ``time level process logger: message``, in UTC."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Formatter(f"%(asctime)s.%(msecs)03dZ %(levelname)s {process} %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("libav", "httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for chatty in ("onvif", "zeep", "urllib3"):  # what a strange device does is told by those who asked it
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    # Whoever needs the store says once that it is away; the pool would say it with every attempt.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    logging.captureWarnings(True)
