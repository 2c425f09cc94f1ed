"""The torture of a whole hub: what is done to it, in which order, and what must be true afterwards.

A plan follows from its seed alone. In each round a few faults befall the hub while devices publish; then the links are
mended, everything that was killed runs again, and whatever was acknowledged until that moment must come to be stored.
"""

from __future__ import annotations

import contextlib
import random
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from tests.fix_hub import wait_for
from tests.torture_checks import Verdict, judge, missing, rollups_unlike_raw
from tests.torture_rig import Disk, Publishers, Rig

RECOVERY_S = 60.0
_SLACK = 60
"""A pool of the hub's seven processes has up to eight connections more when there is much to do."""
KINDS = (
    "worker_killed",
    "worker_frozen",
    "part_killed",
    "store_killed",
    "broker_killed",
    "hub_killed",
    "supervisor_killed",
    "devices_cut",
    "devices_stalled",
    "broker_cut",
    "broker_stalled",
    "store_cut",
    "store_stalled",
    "answers_stalled",
    "all_slow",
)
"""What befalls. ``disk_full`` besides, where the database has a disk of its own."""
_PARTS = ("rules", "hub.app.keeper", "dashboard")


def plan(seed: int, times: int, kinds: Sequence[str] = KINDS, most: int = 3) -> list[list[str]]:
    """The faults of each round, one to ``most``: every kind so many ``times``, and once before any comes again."""
    chance = random.Random(seed)
    faults = [kind for _ in range(times) for kind in chance.sample(kinds, len(kinds))]
    rounds = []
    while faults:
        count = chance.randint(1, most)
        rounds.append(faults[:count])
        faults = faults[count:]
    return rounds


@dataclass(slots=True)
class Story:
    """What was done and how long each round took to recover."""

    recovery_s: list[float] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)


class Torturer:
    """Does to ``rig`` what a plan says. The same seed makes the same choices."""

    def __init__(self, rig: Rig, publishers: Publishers, seed: int, disk: Disk | None = None) -> None:
        self._rig = rig
        self._publishers = publishers
        self._chance = random.Random(f"{seed} deeds")
        self._disk = disk
        self.story = Story()

    def play(self, rounds: Sequence[Sequence[str]], say: Callable[[str], None] = lambda _: None) -> Story:
        """Raises AssertionError, naming the round, where something acknowledged does not come to be stored."""
        for number, faults in enumerate(rounds):
            for fault in faults:
                getattr(self, f"_{fault}")()
                self.story.done[fault] = self.story.done.get(fault, 0) + 1
            self._mend()
            self.story.recovery_s.append(self._recover(f"after round {number} ({', '.join(faults)})"))
            say(f"round {number}: {', '.join(faults)}: recovered in {self.story.recovery_s[-1]:.1f} s")
        return self.story

    def _recover(self, when: str) -> float:
        """Seconds until devices are answered again, and all that they were answered until then is stored."""
        began = time.monotonic()
        before = _count(self._publishers.known())
        wait_for(lambda: _count(self._publishers.known()) > before + 20, RECOVERY_S, f"devices are answered {when}")
        acknowledged = self._publishers.known()
        while lacking := self._lacking(acknowledged):
            late = time.monotonic() - began > RECOVERY_S
            assert not late, f"{len(lacking)} that were acknowledged are not stored {when}, such as {lacking[:10]}"
            time.sleep(0.05)
        return time.monotonic() - began

    def _lacking(self, acknowledged: Mapping[str, set[int]]) -> list[tuple[str, int]]:
        try:
            with self._rig.connection() as connection:
                return missing(connection, acknowledged)
        except psycopg.OperationalError:  # it is still recovering
            return [("nothing is known", 0)]

    def _mend(self) -> None:
        rig = self._rig
        for link in (rig.devices_link, rig.broker_link, rig.store_link):
            link.mend()
        if self._disk is not None:
            self._disk.free()
        rig.tend_store()

    def _for_a_while(self, least_s: float = 0.2, most_s: float = 1.5) -> None:
        time.sleep(self._chance.uniform(least_s, most_s))

    # --- the deeds ---------------------------------------------------------------------------------------------------

    def _worker_killed(self) -> None:
        self._for_a_while(0.0, 0.5)
        if workers := self._rig.workers():
            self._chance.choice(workers).kill()

    def _worker_frozen(self) -> None:
        if workers := self._rig.workers():
            worker = self._chance.choice(workers)
            worker.suspend()
            self._for_a_while(0.5, 3.0)
            with contextlib.suppress(psutil.NoSuchProcess):  # it may have been ending already
                worker.resume()

    def _part_killed(self) -> None:
        if part := self._rig.part(self._chance.choice(_PARTS)):
            part.kill()

    def _store_killed(self) -> None:
        sign = self._chance.choice([signal.SIGKILL, signal.SIGQUIT])
        if self._rig.postgres.child.died() is None:
            self._rig.kill_store(sign)
        self._for_a_while()
        self._rig.start_store()

    def _broker_killed(self) -> None:
        self._rig.kill_broker()
        self._for_a_while()
        self._rig.broker.start()

    def _hub_killed(self) -> None:
        self._rig.kill_hub(with_children=True)
        self._restart_hub()

    def _supervisor_killed(self) -> None:
        self._rig.kill_hub(with_children=False)
        self._restart_hub()

    def _restart_hub(self) -> None:
        # A hub starts only where its store answers: whoever starts it sees to that.
        self._mend()
        self._rig.start_hub()

    def _devices_cut(self) -> None:
        self._rig.devices_link.cut()
        self._for_a_while(0.0, 0.5)

    def _devices_stalled(self) -> None:
        self._stalled("devices_link")

    def _broker_cut(self) -> None:
        self._rig.broker_link.cut()
        self._for_a_while(0.0, 0.5)

    def _broker_stalled(self) -> None:
        self._stalled("broker_link")

    def _store_cut(self) -> None:
        self._rig.store_link.cut()
        self._for_a_while(0.0, 0.5)

    def _store_stalled(self) -> None:
        self._stalled("store_link")

    def _answers_stalled(self) -> None:
        """What is asked gets through and the answers do not: who asked cannot know whether it was done."""
        link = self._rig.store_link
        link.stall("down")
        self._for_a_while()
        link.cut()
        link.mend()

    def _stalled(self, name: str) -> None:
        link = getattr(self._rig, name)
        link.stall()
        self._for_a_while(0.5, 3.0)
        if self._chance.random() < 0.5:
            link.cut()
        link.mend()

    def _all_slow(self) -> None:
        for link in (self._rig.devices_link, self._rig.broker_link, self._rig.store_link):
            link.delay_s = self._chance.uniform(0.0, 0.05)
        self._for_a_while(1.0, 3.0)

    def _disk_full(self) -> None:
        assert self._disk is not None
        self._disk.fill()
        self._for_a_while(0.5, 2.0)
        self._disk.free()
        self._rig.tend_store()


def _count(acknowledged: Mapping[str, set[int]]) -> int:
    return sum(len(numbers) for numbers in acknowledged.values())


def torture(
    folder: Path, seed: int, rounds: Sequence[Sequence[str]], *, broker: str = "nats", rate: float = 120.0
) -> tuple[Verdict, Story, list[str]]:
    """Play ``rounds`` on a hub in ``folder``; what is in its store in the end, and what it left behind."""

    def say(words: str) -> None:
        print(f"seed {seed}: {words}", file=sys.stderr, flush=True)  # noqa: T201  for whoever watches

    needs_disk = any("disk_full" in faults for faults in rounds)
    disk = Disk(folder / "disk") if needs_disk else None
    try:
        rig = Rig(folder, broker, disk.folder if disk else None)
        try:
            rig.start()
            publishers = Publishers(rig.devices_port, seed, rate).start()
            try:
                wait_for(lambda: _count(publishers.known()) > 20, RECOVERY_S, "devices are answered")
                before = usage(rig)
                story = Torturer(rig, publishers, seed, disk).play(rounds, say)
                publishers.stop()
            finally:
                publishers.kill()
            acknowledged = publishers.known()

            def all_stored() -> bool:
                with rig.connection() as connection:
                    return not missing(connection, acknowledged)

            def all_counted() -> bool:
                with rig.connection() as connection:
                    return not rollups_unlike_raw(connection)

            wait_for(all_stored, RECOVERY_S, "all that was acknowledged is stored in the end")
            wait_for(all_counted, RECOVERY_S, "the rollups are what the raw rows come to")
            grown = [] if usage(rig) <= before + _SLACK else [f"handles and threads: {before}, then {usage(rig)}"]
            family = rig.hub.family()
            rig.hub.stop(20.0)
            with rig.connection() as connection:
                verdict = judge(connection, acknowledged)
        finally:
            rig.close()
        return verdict, story, [*grown, *leftovers(family, folder)]
    finally:
        if disk is not None:
            disk.close()


def usage(rig: Rig) -> int:
    """File handles and threads of all processes of the hub."""
    return sum(process.num_fds() + process.num_threads() for process in rig.hub.family())


def leftovers(family: Sequence[psutil.Process], folder: Path) -> list[str]:
    """Processes that still run, and files of something half done."""
    left = [f"process {one.pid}" for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    half = ("*.tmp", "*.part", "*.partial")
    left += [str(path.relative_to(folder)) for pattern in half for path in (folder / "hub").rglob(pattern)]
    return left
