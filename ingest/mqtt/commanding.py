"""Commands out, answers in: what the store holds for the devices of a worker goes to the broker, once.

On a connection of its own, so that a command does not wait behind a storm of telemetry, nor its answer. A command is
written down as sent before it is published: after a crash between the two it is published again where that is allowed
(``Command.repeats``), and never without a sign of it. An answer is acknowledged after it was written down.
See ``docs/design/commands.md``.
"""

from __future__ import annotations

import json
import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime

from hub import crash
from hub.backoff import Backoff
from hub.clock import Clock
from hub.config import BrokerAccess
from hub.errors import StoreUnavailable
from hub.model import command as machine
from hub.model.command import Command, CommandState
from hub.store import Store, commands
from hub.store.listen import Listener
from hub.supervise import supervise
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt import answers
from ingest.mqtt.client import BrokerAway, Connection, Dialler
from ingest.mqtt.message import Message

MAX_UNACKNOWLEDGED = 16
"""Published and not acknowledged by the broker: less than the client library sends at once, so that nothing waits in it
until after its time."""
MAX_WAITING = 2000
"""Answers that wait for the store. Those of which the broker has heard nothing come again on the next connection."""
_POLL_S = 0.5
_TEND_S = 1.0
_COMPLAIN_S = 60.0
_log = logging.getLogger(__name__)


class Commander:
    """From ``start`` until ``stop`` is set: one thread waits for notices of the store, one tends the connection.

    A thread that dies of an error that nobody foresaw sets ``stop`` as well, and ``died`` says so.
    """

    def __init__(
        self,
        store: Store,
        shard: Shard,
        client_id: str,
        access: Callable[[], BrokerAccess],
        clock: Clock,
        tally: Tally,
        stop: threading.Event,
        alive: Callable[[str, datetime], None],
    ) -> None:
        """``alive`` is told of every device that answers, and when."""
        self._alive = alive
        self._name = f"mqtt-{shard.index}"
        self._store = store
        self._shard = shard
        self._access = access
        self._clock = clock
        self._tally = tally
        self._dialler = Dialler(f"{client_id}-commands", [answers.ANSWERS], clock)
        self._stop = stop
        self.died = False
        self._look = threading.Event()
        self._connection: Connection | None = None
        self._trouble = "the broker has not answered yet"
        self._todo: deque[Callable[[], None]] = deque()
        self._under_way: dict[int, str] = {}  # number of the packet → command
        self._tended_s = -math.inf
        self._complained_s: dict[str, float] = {}
        self._threads = [
            threading.Thread(target=self._guard, args=(target,), name=target.__name__.strip("_"), daemon=True)
            for target in (self._await_notices, self._tend_commands)
        ]

    def start(self) -> Commander:
        for thread in self._threads:
            thread.start()
        return self

    def join(self) -> None:
        """What is under way stays so; it is taken up again by the next process of this name."""
        self._poke()
        for thread in self._threads:
            thread.join(timeout=4.0)

    def _guard(self, target: Callable[[], None]) -> None:
        try:
            target()
        finally:
            if not self._stop.is_set():
                self.died = True
                self._stop.set()

    # --- the thread that hears the store -----------------------------------------------------------------------------

    def _await_notices(self) -> None:
        listener = Listener(self._store.conninfo, [commands.CHANNEL], self._clock)
        while not self._stop.is_set():
            if listener.wait(_TEND_S):
                self._look.set()
                self._poke()
            if self._trouble:  # the other thread waits for the broker
                try:
                    self._give_up(self._clock.now())
                except StoreUnavailable as error:
                    _log.debug("commands cannot be ended now: %s", error)
        listener.close()

    def _poke(self) -> None:
        connection = self._connection
        if connection is not None:
            connection.poke()

    # --- the thread that tends the connection ------------------------------------------------------------------------

    def _tend_commands(self) -> None:
        backoff = Backoff(0.3, 5.0)
        supervise(self._carry, name="commands", stop=self._stop, backoff=backoff, report=self._link_changed)

    def _link_changed(self, healthy: bool, reason: str) -> None:
        self._trouble = "" if healthy else reason
        self._tally.set("gridhub_commands_connected", 1.0 if healthy else 0.0)

    def _carry(self, working: Callable[[], None]) -> None:
        """One connection, from its beginning to its end. Raises BrokerAway."""
        connection = self._connection = self._dialler.connect(self._access())
        self._under_way.clear()  # whatever had no acknowledgement on the connection before
        self._look.set()
        try:
            working()
            while not self._stop.is_set():
                now = self._clock.now()  # before the socket is read: what came until then is heard before it counts
                for message in connection.take(_POLL_S) if len(self._todo) < MAX_WAITING else ():
                    self._hear(connection, message)
                for number, refusal in connection.published():
                    self._acknowledged(number, refusal)
                self._work(connection, now)
            connection.flush()
        finally:
            self._connection = None
            connection.close()

    def _work(self, connection: Connection, now: datetime) -> None:
        """Write down what has come, in its order, then send and end what is due. While the store is away it is kept."""
        try:
            while self._todo:
                self._todo[0]()
                self._todo.popleft()
            is_due = self._clock.monotonic() - self._tended_s >= _TEND_S
            if is_due or self._look.is_set():
                self._look.clear()
                self._give_up(now)
                self._send(connection)
                self._tended_s = self._clock.monotonic()
        except StoreUnavailable as error:
            _log.debug("commands wait for the store: %s", error)
            self._look.set()
            self._stop.wait(_POLL_S)

    def _send(self, connection: Connection) -> None:
        """Raises StoreUnavailable, BrokerAway."""
        under_way = set(self._under_way.values())
        for command in commands.open_commands(self._store):
            again = command.state is CommandState.SENT and command.repeats and command.id not in under_way
            if self._shard.owns(command.device) and (again or command.state is CommandState.ACCEPTED):
                if len(self._under_way) >= MAX_UNACKNOWLEDGED:
                    return  # the next acknowledgement of the broker looks again
                self._publish(connection, command)

    def _publish(self, connection: Connection, command: Command) -> None:
        now = self._clock.now()
        sent = commands.change(self._store, command.id, lambda known: machine.send(known, now), self._name, now)
        if sent is None:
            return
        crash.point("command_claimed")
        left_s = (sent.expires_at - self._clock.now()).total_seconds()
        if left_s <= 0:
            return  # the store took its time
        number = connection.publish(sent.topic, _payload(sent), math.ceil(left_s))
        if number is None:
            raise BrokerAway("the connection to the broker was lost")
        crash.point("command_published")
        self._under_way[number] = sent.id
        self._tally.add("gridhub_commands_sent_total")

    def _acknowledged(self, number: int, refusal: str) -> None:
        command_id = self._under_way.pop(number, None)
        self._look.set()
        if command_id is None:
            return
        now = self._clock.now()
        why = f"the broker has it, and nobody gets it: {refusal}" if refusal else ""

        def record() -> None:
            commands.change(self._store, command_id, lambda known: machine.deliver(known, now, why), self._name, now)

        self._todo.append(record)

    def _hear(self, connection: Connection, message: Message) -> None:
        def record() -> None:
            outcome = self._judge(message)
            crash.point("answer_recorded")
            if message.wants_ack:
                connection.ack([message.packet_id])
            if outcome:
                self._tally.add("gridhub_command_answers_total", outcome=outcome)

        self._todo.append(record)

    def _judge(self, message: Message) -> str:
        """Write down what a device answers; what became of it, or nothing for a device of another worker."""
        try:
            device = answers.device_of(message.topic)
        except ValueError:
            return "garbage"
        if not self._shard.owns(device):
            return ""
        if message.retained:
            return "retained"  # old news, of a device that should not retain it
        try:
            answer = answers.read(message.payload)
        except ValueError as error:
            self._say_garbage(device, error)
            return "garbage"
        at = message.received_at

        def step(known: Command) -> Command | None:
            return machine.answer(known, device, at, done=answer.done, detail=answer.detail)

        changed = commands.change(self._store, answer.command, step, device, at)
        self._alive(device, at)
        if changed is None:
            return "ignored"
        return "late" if changed.late else str(changed.state)

    def _say_garbage(self, device: str, error: ValueError) -> None:
        """Once a minute of each device."""
        now_s = self._clock.monotonic()
        if now_s - self._complained_s.get(device, -math.inf) < _COMPLAIN_S:
            return
        if len(self._complained_s) >= MAX_WAITING:  # somebody invents ids
            self._complained_s.clear()
        self._complained_s[device] = now_s
        _log.warning("an answer of %s cannot be read: %s", device, error)

    def _give_up(self, now: datetime) -> None:
        why = f"it could not be sent in time: {self._trouble or 'the worker was busy or not there'}"
        commands.give_up(self._store, now, why, self._name, lambda command: self._shard.owns(command.device))


def _payload(command: Command) -> bytes:
    """Under the hub's own contract a repetition says that it is one."""
    if command.attempts > 1 and command.answers:
        return json.dumps({**json.loads(command.payload), "again": True}, ensure_ascii=False).encode()
    return command.payload.encode()
