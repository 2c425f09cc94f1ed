"""One model at work for one camera: where it may look, what that costs, and why it cannot.

Two budgets bound it: looks a second of a camera, and seconds of inference a second of the whole process, so that a busy
junction cannot take the time of the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from hub.errors import Refused
from hub.tally import Tally
from ingest.video.analysis import Box
from ingest.video.decode import Picture
from ingest.video.models import Networks
from ingest.video.network import Network
from ingest.video.regions import cut, once, place, regions
from ingest.video.yolo import Detection

_LOOKS_PER_S = 5.0
_LOOKS_AT_ONCE = 6.0
_PROCESS_SHARE = 0.6
_PROCESS_AT_ONCE_S = 2.0


class Budget:
    """A bucket that fills at ``rate`` a second and holds ``most``. Pure; thread-safe."""

    def __init__(self, rate: float, most: float) -> None:
        self._rate = rate
        self._most = self._level = most
        self._at_s: float | None = None
        self._lock = threading.Lock()

    def allows(self, now_s: float) -> bool:
        """Whether anything is left at ``now_s``; a time that jumps back counts as none."""
        with self._lock:
            passed_s = 0.0 if self._at_s is None else max(0.0, now_s - self._at_s)
            self._at_s = now_s
            self._level = min(self._most, self._level + self._rate * passed_s)
            return self._level > 0.0

    def spend(self, amount: float) -> None:
        """It may go below nothing: what something costs is known afterwards."""
        with self._lock:
            self._level -= amount


PROCESS = Budget(_PROCESS_SHARE, _PROCESS_AT_ONCE_S)
"""Seconds of inference a second, of all cameras of this process."""


class Detector:
    """One model as one camera asks for it. ``classes``: none means all. ``process`` runs on ``monotonic``."""

    def __init__(
        self,
        camera: str,
        model: str,
        networks: Networks,
        tally: Tally,
        *,
        classes: Sequence[str] = (),
        confidence: float = 0.4,
        process: Budget = PROCESS,
        monotonic: Callable[[], float],
    ) -> None:
        self.model = model
        self.confidence = confidence
        self.classes = tuple(classes)
        self.trouble = ""
        """Why it cannot look now; empty where it can."""
        self._camera = camera
        self._networks = networks
        self._tally = tally
        self._own = Budget(_LOOKS_PER_S, _LOOKS_AT_ONCE)
        self._process = process
        self._monotonic = monotonic

    def ready(self) -> bool:
        """Whether it can look now. A model that was added is found within 5 s."""
        return self._network() is not None

    def _network(self) -> tuple[Network, list[int] | None] | None:
        """The model and the classes to look for; None, and ``trouble``, while it cannot be used."""
        try:
            network = self._networks.get(self.model)
        except Refused as error:
            self._fail(error)
            return None
        names = network.form.classes
        if unknown := [name for name in self.classes if name not in names]:
            self._fail(Refused("unknown_class", f"the model {self.model!r} does not know {', '.join(unknown)}"))
            return None
        self.trouble = ""
        self._tally.set("gridhub_detector_ready", 1, camera=self._camera, model=self.model)
        return network, [names.index(name) for name in self.classes] or None

    def look(self, picture: Picture, where: Sequence[Box], now_s: float) -> tuple[list[Detection], list[Box]]:
        """What is in those parts of a picture, and which parts were looked at: the first, as far as the budgets go.

        ``now_s``: of the camera, on which its own budget runs.
        """
        ready = self._network()
        if ready is None:
            return [], []
        network, classes = ready
        size = (picture.frame.width, picture.frame.height)
        found: list[Detection] = []
        looked: list[Box] = []
        for region in regions(where, size, (network.form.width, network.form.height)):
            if not (self._own.allows(now_s) and self._process.allows(self._monotonic())):
                self._tally.add("gridhub_detector_skipped_total", camera=self._camera)
                break
            self._own.spend(1.0)
            try:
                inside, took_s = network.detect(
                    cut(picture, region), least=self.confidence / 2, classes=classes
                )
            except Refused as error:
                self._fail(error)
                break
            self._process.spend(took_s)
            self._tally.add("gridhub_detector_inferences_total", camera=self._camera, model=self.model)
            self._tally.add("gridhub_detector_seconds_total", took_s, camera=self._camera, model=self.model)
            found += place(inside, region, size)
            looked.append(
                (region.x / size[0], region.y / size[1], region.width / size[0], region.height / size[1])
            )
        return once(found), looked

    def _fail(self, error: Refused) -> None:
        if self.trouble != error.detail:
            self._tally.add("gridhub_detector_failures_total", camera=self._camera, cause=error.cause)
        self.trouble = error.detail
        self._tally.set("gridhub_detector_ready", 0, camera=self._camera, model=self.model)
