"""The hub of live events: every client of the event stream, and how the parts of the hub are.

Belongs to the event loop. ``follow.Follower`` reads the store in a thread of its own and hands over what it finds; each
event is put into the bounded queue of each client that may see it. A client whose queue is full is disconnected, and
comes back with the id of the last event it saw.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Protocol

from dashboard.api import frames
from dashboard.api.frames import Event
from dashboard.api.parts import Part, StoreHealth, parts_of
from hub.clock import Clock
from hub.model.observation import Stored
from hub.model.person import Standing
from hub.model.rights import Right, covers, narrowed
from hub.store.processes import Process
from hub.tally import Tally

MAX_QUEUED_BYTES = 1024 * 1024
_TICK_S = 1.0
_SILENT_S = 6.0
"""A follower that has not come back from the store for so long waits for a store that hangs."""


class Parcel:
    """Frames that go to a client together; made once for all who see the same. ``events``: those of the journal in
    it, each with its frame."""

    def __init__(self, frames: bytes, events: Sequence[Event] = ()) -> None:
        self.frames = frames
        self._events = events

    @staticmethod
    def of(events: Sequence[Event]) -> Parcel:
        return Parcel(b"".join(event.frame for event in events), events)

    @cached_property
    def chunk(self) -> bytes:
        """As one chunk of the transfer (RFC 9112, 7.1)."""
        return b"%x\r\n%b\r\n" % (len(self.frames), self.frames)

    def follows(self, sent: int) -> bool:
        """Whether none of it was told already."""
        return not self._events or self._events[0].id > sent

    def after(self, sent: int) -> bytes:
        """Without the events that were told already."""
        if self.follows(sent):
            return self.frames
        return b"".join(event.frame for event in self._events if event.id > sent)


def sees(within: Sequence[str], area: str | None) -> bool:
    return area is None or any(covers(subtree, area) for subtree in within)


class Client:
    """One event stream, of the session or token ``key``. ``within``: the subtrees of areas that its person may see;
    ``wanted``: the area whose observations it wants, and ``observed``: as much of it as they may see."""

    def __init__(self, key: str, within: Sequence[str], wanted: str | None) -> None:
        self.key = key
        self.wanted = wanted
        self.closed = False
        self.sent = 0
        """The journal's id up to which it was told, when that is more than what it is offered."""
        self.write_at_once: Callable[[bytes], bool] | None = None
        """Set where what is offered can go straight to the connection while nobody is busy with it."""
        self._may(within)
        self._queue: deque[Parcel] = deque()
        self._queued_bytes = 0
        self._wake = asyncio.Event()
        self._waits = False

    def _may(self, within: Sequence[str]) -> None:
        self.within = tuple(within)
        self.observed = frozenset() if self.wanted is None else frozenset(narrowed(self.within, self.wanted))

    def sees(self, area: str | None) -> bool:
        return sees(self.within, area)

    def may_now(self, within: Sequence[str]) -> None:
        """Its person may see more or less than before: what they have loaded so far is not what they may see now."""
        if tuple(within) != self.within:
            self._may(within)
            # What waits for it is of before: none of it is told to whoever may no longer see it.
            self._queue.clear()
            self._queued_bytes = 0
            self.offer(Parcel(frames.RESET))

    def offer(self, parcel: Parcel) -> None:
        if self._is_free and parcel.follows(self.sent) and self.write_at_once and self.write_at_once(parcel.chunk):
            return
        if self._queued_bytes + len(parcel.frames) > MAX_QUEUED_BYTES:
            self.close()
        if self.closed:
            return
        self._queue.append(parcel)
        self._queued_bytes += len(parcel.frames)
        self._wake.set()

    @property
    def _is_free(self) -> bool:
        """Whether everything before is with the connection."""
        return self._waits and not self._queue

    def close(self) -> None:
        """End the stream; what is queued is not sent any more."""
        self.closed = True
        self._waits = False
        self._queue.clear()
        self._wake.set()

    async def take(self, timeout_s: float) -> list[Parcel]:
        """All that is queued, at once when there is anything; [] on time-out and when closed.

        While it waits here everything before has been handed to the connection, and what comes may follow directly.
        """
        if not self._queue and not self.closed:
            self._waits = True
            try:
                async with asyncio.timeout(timeout_s):
                    await self._wake.wait()
            except TimeoutError:
                return []
            finally:
                self._waits = False
        self._wake.clear()
        taken = list(self._queue)
        self._queue.clear()
        self._queued_bytes = 0
        return taken


class Guest(Protocol):
    """Whatever else goes on for long and must end with its session."""

    key: str

    def stands(self, standing: Standing | None) -> None: ...


class Live:
    """``names``: the processes that make up the hub."""

    def __init__(self, names: Sequence[str], clock: Clock, tally: Tally) -> None:
        self._names = tuple(names)
        self._clock = clock
        self._tally = tally
        self._clients: set[Client] = set()
        self._guests: set[Guest] = set()
        self._processes: Sequence[Process] = ()
        self._store = StoreHealth(None, clock.now(), "not tried yet")
        self._heard_at_s = clock.monotonic()
        self.last_id: int | None = None
        self.area_names: Mapping[str, str] = {}
        self.keys: frozenset[str] = frozenset()
        self.observed: frozenset[str] = frozenset()
        self.parts: list[Part] = []
        self._told: list[tuple[str, str, str, datetime | None]] = []
        self.refresh()

    @property
    def store_is_away(self) -> bool:
        return self._store.answers is False

    # --- clients -----------------------------------------------------------------------------------------------------

    def join(self, client: Client) -> None:
        """From here on the client gets every event after ``last_id``."""
        self._clients.add(client)
        self._count()

    def leave(self, client: Client) -> None:
        self._clients.discard(client)
        self._count()

    def guests(self, key: str) -> int:
        """How many of a session there are."""
        return sum(guest.key == key for guest in self._guests)

    def attend(self, guest: Guest) -> None:
        self._guests.add(guest)
        self._count()

    def depart(self, guest: Guest) -> None:
        self._guests.discard(guest)
        self._count()

    def close(self) -> None:
        """End every stream: the hub goes down."""
        for client in self._clients:
            client.close()

    def _count(self) -> None:
        self.keys = frozenset(client.key for client in self._clients) | {guest.key for guest in self._guests}
        self.observed = frozenset(area for client in self._clients for area in client.observed)
        self._tally.set("gridhub_stream_clients", len(self._clients))

    # --- what the follower found -------------------------------------------------------------------------------------

    def stand_at(self, last_id: int, area_names: Mapping[str, str]) -> None:
        """Where the journal stands. A journal that went back is another one: all clients have to load again."""
        if self.last_id is not None and last_id < self.last_id:
            self.close()
        self.last_id, self.area_names = last_id, area_names

    def publish(self, last_id: int, events: Sequence[Event]) -> None:
        self.last_id = last_id
        parcels: dict[tuple[str, ...], Parcel] = {}
        for client in self._clients:
            if client.within not in parcels:
                parcels[client.within] = Parcel.of([event for event in events if client.sees(event.area)])
            if parcels[client.within].frames:
                client.offer(parcels[client.within])

    def observe(self, items: Sequence[Stored]) -> None:
        for area in self.observed:
            found = [item for item in items if covers(area, item.area)]
            if not found:
                continue
            parcel = Parcel(frames.observations(found))
            for client in self._clients:
                if area in client.observed:
                    client.offer(parcel)

    def heard(self, processes: Sequence[Process]) -> None:
        """The store answered."""
        self._heard_at_s = self._clock.monotonic()
        self._processes = processes
        if not self._store.answers:
            self._store = StoreHealth(True, self._clock.now())
        self.refresh()

    def allow(self, asked: frozenset[str], holding: Mapping[str, Standing]) -> None:
        """Of the sessions and tokens that were ``asked`` for, ``holding`` still do, and may so much."""
        for client in self._clients:
            if client.key in asked:
                standing = holding.get(client.key)
                within = () if standing is None else standing.reach.get(Right.SEE, ())
                if within:
                    client.may_now(within)
                else:
                    client.close()
        for guest in self._guests:
            if guest.key in asked:
                guest.stands(holding.get(guest.key))
        self._count()

    def lost(self, reason: str) -> None:
        """The store does not answer."""
        if self._store.answers is not False:
            self._store = StoreHealth(False, self._clock.now(), reason)
        self.refresh()

    # --- the parts ---------------------------------------------------------------------------------------------------

    async def tick(self) -> None:
        """Look at the parts from time to time, for ever: silence is news too."""
        while True:
            if self._clock.monotonic() - self._heard_at_s > _SILENT_S:
                self.lost("does not answer")
            self.refresh()
            await asyncio.sleep(_TICK_S)

    def refresh(self) -> None:
        """Say how the parts are, where that has changed."""
        self.parts = parts_of(self._names, self._processes, self._store, self._clock.now())
        told = [part.told for part in self.parts]
        if told == self._told:
            return
        self._told = told
        parcel = Parcel(frames.system(self.parts))
        for client in self._clients:
            client.offer(parcel)
