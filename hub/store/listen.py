"""Notifications of the store, on a connection of their own that comes back by itself.

A notification only says "look": whoever waits looks at the table anyway when the wait times out, so a lost one costs
latency and nothing else.
"""

from __future__ import annotations

import logging
import select
from collections.abc import Sequence

import psycopg
from psycopg import sql as compose

from hub.backoff import Backoff
from hub.clock import Clock, SystemClock

_log = logging.getLogger(__name__)


class Listener:
    """Waits for notifications on ``channels``. For one thread."""

    def __init__(self, conninfo: str, channels: Sequence[str], clock: Clock | None = None) -> None:
        self._conninfo = conninfo
        self._channels = tuple(channels)
        self._clock = clock or SystemClock()
        self._connection: psycopg.Connection | None = None
        self._backoff = Backoff(0.2, 5.0)

    def wait(self, timeout_s: float) -> list[tuple[str, str]]:
        """(channel, payload) of what came within ``timeout_s``: at once when something is there, [] on time-out.

        After the connection was lost and made again, one empty payload per channel is answered, since something
        may have been missed. While it cannot be made, the wait takes its whole time and answers [].
        """
        try:
            if self._connection is None:
                self._connect()
                return [(channel, "") for channel in self._channels]
            return self._there() or (self._there() if _readable(self._connection, timeout_s) else [])
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if self._connection is not None:
                _log.warning("lost the listening connection: %s", str(error).splitlines()[:1])
            self.close()
            self._clock.sleep(min(timeout_s, self._backoff.next_s()))
            return []

    def _there(self) -> list[tuple[str, str]]:
        """What has come already."""
        assert self._connection is not None  # noqa: S101  wait() looks first
        return [(notify.channel, notify.payload) for notify in self._connection.notifies(timeout=0, stop_after=1)]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> None:
        connection = psycopg.connect(
            self._conninfo, autocommit=True, connect_timeout=3, application_name="gridhub listener", keepalives_idle=10
        )
        for channel in self._channels:
            connection.execute(compose.SQL("listen {}").format(compose.Identifier(channel)))
        self._connection = connection
        self._backoff.reset()


def _readable(connection: psycopg.Connection, timeout_s: float) -> bool:
    """Whether something came within ``timeout_s``. psycopg's own wait wakes up ten times a second."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(timeout_s * 1000))
