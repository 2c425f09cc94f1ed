"""The session of a worker that there is no more: what it still holds is stored, and then it is ended.

The session is still subscribed, and gets what the new ones get. It is taken until a message that is published here
comes back through it: what came before is stored, as far as it is of the old worker's devices, and what comes after it
is in the new sessions as well, which were all there before. What both have is recognised by its key.

nats-server orders the messages of one subscription only, so each has its probe; it delivers what a killed worker had
not acknowledged after ``ack_wait``, so for a while what is marked as delivered again is stored as well, and foreign
topics, to which nothing can be published, are stored as long.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from hub.backoff import Backoff
from hub.clock import Clock
from hub.config import BrokerAccess
from hub.model.observation import Observation, Refusal
from hub.supervise import supervise
from ingest.base import Shard
from ingest.mqtt import topics
from ingest.mqtt.client import BrokerAway, Connection, Dialler
from ingest.mqtt.inflight import InFlight
from ingest.mqtt.message import Message
from ingest.mqtt.sessions import Sessions

LATE_S = 60.0
"""How long what is delivered again is waited for: nats-server's ``ack_wait`` is 30 s."""
_POLL_S = 0.5
_REST_S = 0.02
_PROBE_EXPIRY_S = 3600
_log = logging.getLogger(__name__)


class Reads(Protocol):
    """An intake as far as this file needs it."""

    def read(self, message: Message, /) -> tuple[Sequence[Observation], Sequence[Refusal]]:
        """What is to be committed of a message."""


class Takes(Protocol):
    """The worker as far as this file needs it."""

    def take_in(self, connection: Connection, message: Message, intake: Reads, in_flight: InFlight) -> bool:
        """Hand one message to the writer; False where it was left with the broker."""

    def is_full(self) -> bool:
        """Whether nothing more should be read."""


class Drain:
    """``old``: whose session it is; ``intake`` reads for its devices. A thread of its own, until it is done."""

    def __init__(
        self,
        old: Shard,
        count: int,
        sessions: Sessions,
        access: Callable[[], BrokerAccess],
        worker: Takes,
        intake: Reads,
        clock: Clock,
    ) -> None:
        self._old = old
        self._count = count
        self._sessions = sessions
        self._access = access
        self._worker = worker
        self._intake = intake
        self._clock = clock
        self._client_id = sessions.client_id(old)
        self._dialler = Dialler(self._client_id, (), clock)
        self._in_flight = InFlight()
        self._done = threading.Event()
        self._probes = topics.probes(self._client_id)

    def run(self, stop: threading.Event) -> None:
        """Until it is done or ``stop`` is set."""
        while not self._sessions.all_made(self._count):
            if stop.wait(_POLL_S):
                return
        both = _Either(stop, self._done)
        name = f"session {self._client_id}"
        supervise(lambda working: self._carry(working, both), name=name, stop=both, backoff=Backoff(0.5, 10.0))

    def _carry(self, working: Callable[[], None], stop: threading.Event) -> None:
        """Raises BrokerAway."""
        connection = self._dialler.connect(self._access())
        try:
            working()
            if connection.session_present:
                _log.info("taking what the session %s still holds", self._client_id)
                for probe in self._probes:
                    connection.publish(probe, b"", _PROBE_EXPIRY_S)
                if not self._take(connection, stop):
                    return
            connection.flush()
        finally:
            connection.close()
        self._dialler.end_session(self._access())
        self._sessions.drained(self._old)
        _log.info("the session %s is ended", self._client_id)
        self._done.set()

    def _take(self, connection: Connection, stop: threading.Event) -> bool:
        """Until everything is in the store; False where told to stop before. Raises BrokerAway."""
        expected = set(self._probes)
        came_back_s = self._clock.monotonic()
        while not stop.is_set():
            if self._worker.is_full():
                connection.rest(_REST_S)
                continue
            for message in connection.take(_POLL_S):
                if message.topic in expected:
                    expected.discard(message.topic)
                    came_back_s = self._clock.monotonic()
                intake = self._intake if message.again or not self._is_passed(message.topic, expected) else _NOTHING
                if not self._worker.take_in(connection, message, intake, self._in_flight):
                    # The broker delivers it again on the next connection only, and would lose it with the session.
                    raise BrokerAway("there was no room for a message: connecting anew")
            is_over = not expected and self._clock.monotonic() - came_back_s >= LATE_S
            if is_over and not len(self._in_flight):
                return True
        return False

    def _is_passed(self, topic: str, expected: set[str]) -> bool:
        """Whether all that came before the probe of its subscription is here."""
        kind = topic.rpartition("/")[2]
        return topic.startswith(topics.OWN) and not any(probe.endswith(f"/{kind}") for probe in expected)


class _Nothing:
    """Reads nothing: the message takes the way of the others, so that acknowledgements keep their order."""

    def read(self, _message: Message) -> tuple[Sequence[Observation], Sequence[Refusal]]:
        return (), ()


_NOTHING = _Nothing()


class _Either(threading.Event):
    """Set where one of two is."""

    def __init__(self, first: threading.Event, second: threading.Event) -> None:
        super().__init__()
        self._first, self._second = first, second

    def is_set(self) -> bool:
        return self._first.is_set() or self._second.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        return self._second.is_set() or self._first.wait(timeout)
