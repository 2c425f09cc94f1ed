"""Logging for people: one line a record on standard error, secrets taken out by value and by shape.

``setup`` is called once by each process. A password must never reach a log, whatever library wrote the record, so the
formatter is where it is removed: every value given to ``redact_value``, every ``user:password@`` of a URL and every
``password=`` in one, as cheap cameras have it. Names come from people and devices: none begins a line of its own.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from typing import Any

_URL_CREDENTIALS = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/?#]*@")
PASSWORD_NAMES = "password|passwd|passwort|passw|pass|loginpass|loginpas|userpass|userpwd|pwd|psw"  # noqa: S105  names
AUTH_NAMES = "authbasic|basicauth|auth|authorization|access_token|token|api_?key"
"""How cameras call a password in an address, and what is name and password, or stands for them, in one."""
_NAMED = re.compile(rf"(?i)(?P<name>(?:^|[?&/;_])(?:{PASSWORD_NAMES}|{AUTH_NAMES})=)(?!\{{)[^\s&?#;/\"']+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What would begin another line, move the cursor of a terminal, or turn what is read around."""
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


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _whole(secret: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){re.escape(secret)}(?![^\W_])")


class _Formatter(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  the library's name
        return time.strftime(datefmt or "%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the library's name
        # Before it is escaped, or a secret that is escaped would not be found.
        return _escaped(redact(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802  the library's name
        # Whatever an error quotes: no line of it looks like a record.
        lines = redact(super().formatException(ei)).split("\n")
        return "\n".join(f"    {_escaped(line)}" for line in lines)

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
