"""The device worker: message → observations → batch → commit → acknowledgement, and the health of the devices.

See ``docs/design/device-worker.md``. The threads: one tends the connection and reads the messages, the writer's
commits them and acknowledges, the registry's keeps the devices in memory, and one reports their health.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from hub import crash
from hub.backoff import Backoff
from hub.clock import Clock
from hub.config import BrokerAccess
from hub.config.device_types import RegisterSettings
from hub.config.settings import Accept
from hub.errors import StoreError
from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.store import Store, health
from hub.store.heart import Heart
from hub.supervise import supervise
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt import topics
from ingest.mqtt.client import Connection, Dialler
from ingest.mqtt.drain import Drain, Reads
from ingest.mqtt.inflight import Delivery, InFlight
from ingest.mqtt.intake import Intake
from ingest.mqtt.mapping.codec import Send
from ingest.mqtt.mapping.router import Router
from ingest.mqtt.message import Message
from ingest.mqtt.presence import Presence
from ingest.mqtt.reception import Reception
from ingest.mqtt.registry import Registry, Roll, pasts
from ingest.mqtt.replay import Replay
from ingest.mqtt.sessions import Sessions
from ingest.queue import Item
from ingest.spool import Spool
from ingest.writer import Writer

MAX_WAITING = 20_000
"""Messages taken in and not committed."""
MAX_ROWS_WAITING = 200_000
"""Rows taken in and not committed; at about 300 bytes each. What comes on top stays with the broker."""
BYTES_OF_A_ROW = 100
"""Of a payload: a text is some four times as large in memory as it was in its message, where it is not plain."""
_REPORT_S = 2.0
_REPORT_ROWS = 100  # in one transaction, about 50 ms of changes: it holds the lock of the journal
_POLL_S = 0.5
_REST_S = 0.02
_OUTBOX = 1000
_ASKED_S = 60
"""How long the broker keeps what a dialect asks of a device."""

_log = logging.getLogger(__name__)


class Worker:
    """``access`` is asked before every connect, since an embedded broker's port may change. ``run`` once."""

    def __init__(
        self,
        store: Store,
        shard: Shard,
        client_id: str,
        access: Callable[[], BrokerAccess],
        accept: Accept,
        clock: Clock,
        register: Sequence[RegisterSettings] = (),
        mappings: Callable[[Send, Callable[[str], bool]], Router] | None = None,
        spool: Spool | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        """``mappings`` makes what reads foreign topics; it is handed what it may publish with, and whose devices are
        read. ``spool``: for a broker that does not keep what is not acknowledged. ``sessions``: what is known of those
        of another number of workers."""
        self._name = f"mqtt-{shard.index}"
        self._store = store
        self._shard = shard
        self._access = access
        self._clock = clock
        self.tally = Tally()
        self._writer = Writer(
            store, self._name, SourceKind.DEVICE, self.tally, MAX_WAITING, self._committed, spool, clock
        )
        self._presence = Presence()
        self._heart = Heart(store, self._name, clock, self.tally, self._presence.forget_reported)
        self._heard_before: set[str] | None = None
        self._registry = Registry(store, clock, self._devices_changed)
        self._replay = Replay(store, shard, self._registry.approved, clock, self.tally)
        self._outbox: deque[tuple[str, bytes]] = deque(maxlen=_OUTBOX)

        def intake(share: Shard) -> tuple[Intake, Router | None]:
            router = mappings(lambda *said: self._outbox.append(said), share.owns) if mappings else None
            return Intake(share, self._registry, self._presence, accept, self.tally, clock, router), router

        self._intake, router = intake(shard)
        left = [] if sessions is None else sessions.left(shard)
        self._sessions = sessions
        self._drains = [
            Drain(old, shard.count, sessions, access, self, intake(old)[0], clock) for old in left if sessions
        ]
        self._reception = Reception(store, self._intake.strangers, register, clock, self.tally)
        foreign = router.subscriptions if router is not None else ()
        self._dialler = Dialler(client_id, (*topics.SUBSCRIPTIONS, *foreign), clock)
        self._in_flight = InFlight()
        self._rows_waiting = 0
        self._rows_lock = threading.Lock()
        self._broker_reason = "not connected yet"
        self._left_behind = 0
        self._writer_is_closed = False

    def run(self, stop: threading.Event) -> bool:
        """Until ``stop`` is set. False where a thread of ours has died, so that the process must be started again."""
        self._heart.set("degraded", self._broker_reason)
        self._heart.start()
        self._writer.start()
        self._registry.start()
        self._replay.start()
        threads = [
            threading.Thread(target=target, args=(stop,), name=target.__name__.strip("_"), daemon=True)
            for target in (self._tend_link, self._watch_devices)
        ]
        drains = [threading.Thread(target=drain.run, args=(stop,), name="drain", daemon=True) for drain in self._drains]
        whole = True
        try:
            while not (stop.is_set() or self._registry.wait_loaded(_POLL_S)):
                self._heart.set("degraded", "waiting for the store")
            for thread in (*threads, *drains):
                thread.start()
            # Nothing here asks the store: this thread must hear the signal to stop even while the store hangs.
            while whole and not stop.wait(_POLL_S):
                whole = self._writer.alive() and all(thread.is_alive() for thread in threads)
        finally:
            stop.set()
            self._registry.stop()
            self._replay.stop()
            if threads[0].ident is not None:
                threads[0].join(timeout=6.0)
            self._close_writer()
            self._heart.stop()
        return whole

    def alive(self, device: str, at: datetime) -> None:
        """A device of this worker has answered a command."""
        self._presence.alive(device, at, self._clock.monotonic())

    # --- the way of a message ----------------------------------------------------------------------------------------

    def _tend_link(self, stop: threading.Event) -> None:
        supervise(
            lambda working: self._carry(working, stop),
            name="broker",
            stop=stop,
            backoff=Backoff(0.3, 10.0),
            report=self._broker_changed,
        )

    def _carry(self, working: Callable[[], None], stop: threading.Event) -> None:
        """One connection, from its beginning to its end. Raises BrokerAway."""
        connection = self._dialler.connect(self._access())
        try:
            self.tally.add("gridhub_broker_connects_total")
            if self._sessions is not None:
                self._sessions.made(self._shard)
            if not connection.session_present:
                self._in_flight.forget()
            self._left_behind = 0
            working()
            while not stop.is_set():
                if self.is_full():
                    connection.rest(_REST_S)
                    continue
                for message in connection.take(_POLL_S):
                    self.take_in(connection, message, self._intake, self._in_flight)
                self._replay.read(self._intake.read_again)
                while self._outbox:
                    connection.publish(*self._outbox.popleft(), _ASKED_S)
                self._intake.count()
                if self._is_time_to_ask_again():
                    _log.info("connecting anew: the broker has %d messages that found no room", self._left_behind)
                    break
            if stop.is_set():
                self._close_writer()  # what it still commits is acknowledged on this connection
            connection.flush()
        finally:
            connection.close()

    def is_full(self) -> bool:
        """Whether nothing more should be read: it waits in the socket and with the broker. Half of the room is left.

        mosquitto 2.0.11 sends a whole backlog at once, whatever Receive Maximum says, as soon as it is acknowledged to.
        """
        return self._writer.waiting() > MAX_WAITING // 2 or self._rows_waiting > MAX_ROWS_WAITING // 2

    def _close_writer(self) -> None:
        """Once; it is no use waiting for a store that is away, and the broker still has what is not written."""
        if not self._writer_is_closed:
            self._writer_is_closed = True
            self._writer.close(3.0 if self._writer.keeps() else 0.0)

    def take_in(self, connection: Connection, message: Message, intake: Reads, in_flight: InFlight) -> bool:
        """Hand one message to the writer; False where there is no room, and it was left with the broker."""
        delivery = in_flight.begin(connection, message)
        if delivery is None:
            self.tally.add("gridhub_mqtt_redelivered_total")
            return True
        observations, refusals = intake.read(message)
        crash.point("message_read")
        delivery.rows = weight(observations, message)
        # Hardly another thread adds to the rows that wait: a stale sum is too large, and seldom a little too small.
        has_room = self._rows_waiting + delivery.rows <= MAX_ROWS_WAITING or not self._rows_waiting
        if has_room:
            self._add_rows(delivery.rows)
            # A message without rows takes the same way, so that acknowledgements keep their order (MQTT 5, 4.6).
            if self._writer.put(Item(observations, refusals, delivery)):
                return True
            self._add_rows(-delivery.rows)
        in_flight.abandon(delivery)
        self._count_no_room(wants_ack=message.wants_ack)
        return not message.wants_ack

    def _committed(self, deliveries: Sequence[Delivery]) -> None:
        self._add_rows(-sum(delivery.rows for delivery in deliveries))
        for session in {delivery.session for delivery in deliveries}:
            session.settle([delivery for delivery in deliveries if delivery.session is session])

    def _add_rows(self, rows: int) -> None:
        with self._rows_lock:
            self._rows_waiting += rows

    def _is_time_to_ask_again(self) -> bool:
        """A broker delivers what was left unacknowledged on the next connection only (MQTT 5, 4.4)."""
        return self._left_behind > 0 and self._writer.waiting() == 0 and not self._writer.trouble

    def _count_no_room(self, *, wants_ack: bool) -> None:
        """Left unacknowledged with the broker, or dropped for good, as QoS 0 has it."""
        if wants_ack:
            self._left_behind += 1
            self.tally.add("gridhub_mqtt_left_unacknowledged_total")
        else:
            self.tally.add("gridhub_mqtt_dropped_total", cause="qos_0_no_room")

    # --- what others are told ----------------------------------------------------------------------------------------

    def _broker_changed(self, healthy: bool, reason: str) -> None:
        self._broker_reason = "" if healthy else reason
        self.tally.set("gridhub_broker_connected", 1.0 if healthy else 0.0)
        self._report_heart()

    def _devices_changed(self, roll: Roll) -> None:
        """Raises StoreUnavailable."""
        before = pasts(self._store) if self._heard_before is None else {}
        if self._heard_before is None:
            self._heard_before = {device for device, past in before.items() if past.was_heard}
        mine = roll.profiles(self._shard)
        self._presence.know(mine.keys(), self._heard_before, self._clock.monotonic(), mine, before)
        self._intake.strangers.block(roll.blocked)

    def _watch_devices(self, stop: threading.Event) -> None:
        while not stop.wait(_REPORT_S):
            self.tally.set("gridhub_mqtt_in_flight", len(self._in_flight))
            self._report_heart()
            self._report_devices()
            self._report_silences()
            self._reception.step()
            for flag, count in self._presence.checks.counted().items():
                self.tally.set("gridhub_mqtt_flagged_total", count, flag=flag)

    def _report_silences(self) -> None:
        """That a device fell silent is an observation like any other."""
        turned = self._presence.turned()
        if turned and not self._writer.put_observations(turned):
            self._presence.turned_again(turned)

    def _report_devices(self) -> None:
        reports = self._presence.due(self._clock.now(), self._clock.monotonic(), deaf=bool(self._broker_reason))
        for start in range(0, len(reports), _REPORT_ROWS):
            some = reports[start : start + _REPORT_ROWS]
            try:
                health.report(self._store, some, self._name)
            except StoreError as error:
                _log.debug("the health of the devices cannot be written now: %s", error)
                self._presence.forget_reported()
                return
            self._presence.reported(some, self._clock.monotonic())

    def _report_heart(self) -> None:
        if self._broker_reason:
            self._heart.set("degraded", self._broker_reason)
        elif self._writer.trouble:
            held = f"; {self._writer.spooled()} values are in the spool" if self._writer.spooled() else ""
            full = ", which is full" if self._writer.spool_is_full else ""
            self._heart.set("degraded", f"the store is away: {self._writer.trouble}{held}{full}")
        else:
            self._heart.set("ok", f"connected to the broker; {self._registry.count()} devices")


def weight(observations: Sequence[Observation], message: Message) -> int:
    """In rows of the usual size: a thousand values may be numbers, or texts of a kilobyte."""
    return max(len(observations), len(message.payload) // BYTES_OF_A_ROW) if observations else 0
