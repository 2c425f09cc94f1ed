"""Whether a camera still shows what it should: conditions that begin and end.

``tamper.covered``, ``defocused``, ``moved``, ``washed_out`` and ``frozen``: 1 when one begins and every ``_REPEAT``
while it lasts, 0 when it ends, and 0 once when it is known that a camera that begins to watch is in order. How each is
told, and what cannot be known: docs/design/tamper.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.model.observation import Observation
from ingest.video.analysis import Frame
from ingest.video.snapshot import Snapshots
from ingest.video.tamper_look import WIDTH, look_at, rows_of
from ingest.video.tamper_memory import Memory
from ingest.video.tamper_place import Finding, Place, Verdict
from ingest.video.tamper_spell import Spell
from ingest.video.tamper_still import Stillness

BLINDING: Mapping[str, str] = {
    "covered": "the lens is covered",
    "defocused": "the picture is out of focus",
    "moved": "the camera was turned away",
    "washed_out": "the picture is washed out",
    "frozen": "the picture is frozen",
}
"""Condition → the reason why a camera that has it does not watch. The order in which they are said."""

_BETWEEN_LOOKS = timedelta(seconds=0.9)
_REPEAT = timedelta(seconds=30)
_KEEP_EVERY = timedelta(minutes=10)
_BARE_FROM_THE_START = timedelta(seconds=60)
_MOVED_FOR_GOOD = timedelta(hours=24)
_MAX_STEP_S = 10.0  # what a single look may teach
_MIN_TEXTURE_FROZEN = 0.05  # of the cells: in the dark there may be nothing that could change


def _is_soon(ts: datetime, after: datetime | None) -> bool:
    return after is not None and timedelta(0) <= ts - after < _BETWEEN_LOOKS


class Tamper:
    """Of one camera."""

    def __init__(self, camera: str, memory: Memory, snapshots: Snapshots) -> None:
        self._camera = camera
        self._memory = memory
        self._snapshots = snapshots
        self._place, usual = memory.load()
        self._still = Stillness(usual)
        self._spell = Spell()
        self._frozen = False
        self._looked_at: datetime | None = None
        self._key_at: datetime | None = None
        self._bare_since: datetime | None = None
        self._kept_at: datetime | None = None
        self._said_at: dict[str, datetime] = {}

    @property
    def blinding(self) -> str:
        """Why the camera does not watch, as a fixed English sentence; empty where it does."""
        lasting = {"frozen"} if self._frozen else set()
        if self._spell.lasting is not Verdict.FINE:
            lasting.add(self._spell.lasting.value)
        return next((reason for condition, reason in BLINDING.items() if condition in lasting), "")

    @property
    def wants_more(self) -> bool:
        """While something has changed and nobody knows yet whether it lasts."""
        return self._spell.doubtful or (self._still.suspected and not self._frozen)

    def see(self, frame: Frame) -> Sequence[Observation]:
        if frame.doubtful:
            return ()
        step = None if self._looked_at is None else frame.ts - self._looked_at
        if _is_soon(frame.ts, self._looked_at) and not self._is_due(frame) and not self.wants_more:
            return ()
        self._looked_at = frame.ts
        step_s = 0.0 if step is None else min(max(step.total_seconds(), 0.0), _MAX_STEP_S)
        picture = frame.picture.frame
        look = look_at(frame.picture.luma(min(WIDTH, picture.width)))
        differs = self._see_keyframe(frame) if picture.key_frame else None
        said = list(self._see_frozen(frame, look.texture, compared=differs is not None))
        if not self._place.known:
            finding = self._meet(look.texture, frame.ts)
        else:
            self._bare_since = None
            finding = self._place.judge(look)
        if finding is not None:
            said += self._see_finding(frame, finding)
        in_order = finding is None or finding.verdict is Verdict.FINE
        if in_order and self._spell.lasting is Verdict.FINE and not self._frozen:
            if not self._still.suspected:
                self._place.learn(look, step_s)
                if differs is not None:
                    self._still.learn(differs, step_s)
            self._keep(frame.ts)
        frame.eventful |= bool(self._spell.doubtful and not in_order)
        return said

    def _is_due(self, frame: Frame) -> bool:
        """Only keyframes are compared. While every picture is decoded, one just before each would else keep them all
        from being looked at."""
        if not frame.picture.frame.key_frame or _is_soon(frame.ts, self._key_at):
            return False
        self._key_at = frame.ts
        return True

    # --- what each condition is told by -----------------------------------------------------------------------------

    def _see_keyframe(self, frame: Frame) -> float | None:
        was_suspected = self._still.suspected
        differs = self._still.see(rows_of(frame.picture), frame.ts)
        if was_suspected and not self._still.suspected and not self._frozen:
            self._still.stood()
        return differs

    def _see_frozen(self, frame: Frame, texture: float, *, compared: bool) -> Sequence[Observation]:
        """The picture has stood still for too long, with a camera whose pictures do not."""
        if self._frozen:
            if self._still.since is not None:
                return self._again(frame, "frozen", {})
            self._frozen = False
            return [self._say(frame, "frozen", 0.0, {})]
        in_order = self._spell.settled and self._spell.lasting is Verdict.FINE
        if not compared or not in_order or texture < _MIN_TEXTURE_FROZEN or not self._still.frozen():
            return ()
        self._frozen = True
        return [self._say(frame, "frozen", 1.0, {"since": _iso(self._still.since)}, picture=True)]

    def _meet(self, texture: float, ts: datetime) -> Finding | None:
        """A camera that shows nothing at all from the start cannot be learnt; after a minute it counts as covered."""
        if self._place.shows_something(texture):
            self._bare_since = None
            return Finding(Verdict.FINE, {}) if self._spell.lasting is not Verdict.FINE else None
        if self._bare_since is None or ts < self._bare_since:
            self._bare_since = ts
        if ts - self._bare_since < _BARE_FROM_THE_START:
            return None
        return Finding(Verdict.COVERED, {"texture": round(texture, 3)})

    def _see_finding(self, frame: Frame, finding: Finding) -> Sequence[Observation]:
        before, began, was_settled = self._spell.lasting, self._spell.since, self._spell.settled
        if not self._spell.see(finding.verdict, frame.ts):
            return self._go_on(frame, finding)
        now = self._spell.lasting
        said = []
        if not was_settled:
            said += [self._say(frame, name, 0.0, {}) for name in BLINDING if name not in {now.value, "frozen"}]
            said += [] if self._frozen else [self._say(frame, "frozen", 0.0, {})]
        elif before is not Verdict.FINE:
            lasted = {} if began is None else {"lasted_s": round((frame.ts - began).total_seconds(), 1)}
            said.append(self._say(frame, before.value, 0.0, lasted))
        if now is not Verdict.FINE:
            attrs = {**finding.figures, "since": _iso(self._spell.since)}
            said.append(self._say(frame, now.value, 1.0, attrs, picture=True))
        return said

    def _go_on(self, frame: Frame, finding: Finding) -> Sequence[Observation]:
        lasting, since = self._spell.lasting, self._spell.since
        if lasting is Verdict.FINE:
            return ()
        if lasting is Verdict.MOVED and since is not None and frame.ts - since >= _MOVED_FOR_GOOD:
            self._place, self._spell = Place(), Spell()
            attrs = {"reason": "what the camera has shown for a day is its place now"}
            return [self._say(frame, Verdict.MOVED.value, 0.0, attrs)]
        return self._again(frame, lasting.value, finding.figures)

    # --- saying and keeping -----------------------------------------------------------------------------------------

    def _again(self, frame: Frame, condition: str, attrs: Mapping[str, Any]) -> Sequence[Observation]:
        said_at = self._said_at.get(condition)
        if said_at is not None and timedelta(0) <= frame.ts - said_at < _REPEAT:
            return ()
        return [self._say(frame, condition, 1.0, attrs)]

    def _say(
        self, frame: Frame, condition: str, value: float, attrs: Mapping[str, Any], *, picture: bool = False
    ) -> Observation:
        self._said_at[condition] = frame.ts
        found = dict(attrs)
        if picture and (name := self._snapshots.save(frame.picture)) is not None:
            found["snapshot"] = name
        return Observation(
            self._camera, f"tamper.{condition}", frame.ts, frame.received_at, value, attrs=found or None
        )

    def _keep(self, ts: datetime) -> None:
        if not self._place.known or not self._spell.settled:
            return
        if self._kept_at is None or not timedelta(0) <= ts - self._kept_at < _KEEP_EVERY:
            self._kept_at = ts
            self._memory.save(self._place, self._still.usual)


def _iso(ts: datetime | None) -> str | None:
    return None if ts is None else ts.isoformat()
