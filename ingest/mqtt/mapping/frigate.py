"""Frigate: what its detector sees becomes what a camera of the hub would say, ``object.{label}``.

``{prefix}/events`` tells of each tracked object when it comes, changes and goes. A value is how many of a label are in
view of a camera; the tracks go with it, as they do with the hub's own cameras. ``{prefix}/available`` and
``{prefix}/{camera}/status/detect`` tell whether it is watching.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.errors import Refused
from hub.model.observation import Observation
from ingest.mqtt import values
from ingest.mqtt.decoded import Announced, Cause, Decoded, refused
from ingest.mqtt.mapping import instants
from ingest.mqtt.mapping.codec import Surroundings
from ingest.mqtt.mapping.desk import Desk, Made
from ingest.mqtt.mapping.names import Template, metric_name
from ingest.mqtt.mapping.tray import Tray
from ingest.mqtt.message import Message
from ingest.mqtt.values import kind, short

MAX_TRACKS = 5_000
"""Followed at once, of all cameras; one whose end never came is forgotten when so many others have come since."""
MAX_CAMERAS = 1_000
_MAX_TOLD = 50
_MAX_ID = 80
_WORDS = {"online": True, "offline": False, "disabled": False}
_Size = tuple[int, int]


class Frigate:
    """Name for the template: ``{camera}``."""

    def __init__(
        self, surroundings: Surroundings, prefix: str, device: Template, sizes: Mapping[str, _Size]
    ) -> None:
        """``sizes``: width and height of the picture that Frigate detects in, by camera: its boxes are in pixels."""
        self._accept = surroundings.accept
        self._prefix = prefix
        self._device = device
        self._sizes = sizes
        self._cameras: dict[str, None] = dict.fromkeys(sizes)
        self._tracks: OrderedDict[str, tuple[str, str, dict[str, Any]]] = OrderedDict()

    def decode(self, message: Message, found: Mapping[str, str]) -> Decoded:
        tray = Tray(message, self._accept)
        try:
            if "camera" in found:
                self._available(tray, [found["camera"]], message.payload)
            elif message.topic == f"{self._prefix}/available":
                self._available(tray, list(self._cameras), message.payload)
            else:
                self._event(tray, message.payload)
        except Refused as error:
            return refused(error)
        return tray.decoded()

    def _available(self, tray: Tray, cameras: list[str], payload: bytes) -> None:
        """Raises Refused."""
        word = payload.decode(errors="replace").strip()
        if word not in _WORDS:
            raise Refused(Cause.WRONG_SHAPE, f"online, offline or disabled, not {short(word)}")
        for camera in cameras:
            self._know(tray, camera)
            tray.online(self._device.device({"camera": camera}), _WORDS[word])
        tray.skipped += not cameras

    def _event(self, tray: Tray, payload: bytes) -> None:
        """Raises Refused."""
        document = values.read_document(payload)
        values.check_object(document, "an event")
        sort, after = document.get("type"), document.get("after")
        values.check_object(after, "after")
        if not isinstance(sort, str) or sort not in {"new", "update", "end"}:
            raise Refused(Cause.WRONG_SHAPE, f"an event is new, update or end, not {short(sort)}")
        event_id, camera, label = (after.get(key) for key in ("id", "camera", "label"))
        if not (isinstance(event_id, str) and isinstance(camera, str) and isinstance(label, str)):
            raise Refused(Cause.WRONG_SHAPE, "an event has id, camera and label, which are texts")
        if len(event_id) > _MAX_ID:
            raise Refused(Cause.BAD_ID, f"the id of an event has more than {_MAX_ID} characters")
        device = self._device.device({"camera": camera})
        self._know(tray, camera)
        own = _when(after, ended=sort == "end")
        metric = metric_name(f"object.{label}")
        key = values.identity(f"{event_id}:{sort}:{own.timestamp():.6f}")
        if sort == "end" or after.get("false_positive") is True:
            self._tracks.pop(event_id, None)
        else:
            self._tracks[event_id] = (device, metric, self._track(camera, after))
            self._tracks.move_to_end(event_id)
            while len(self._tracks) > MAX_TRACKS:
                self._tracks.popitem(last=False)
        stamp = tray.stamp(own, key)
        if stamp is None:
            return
        present = [track for one, called, track in self._tracks.values() if (one, called) == (device, metric)]
        attrs = {"tracks": present[:_MAX_TOLD], "frigate": _about(event_id, sort, after), **(stamp.attrs or {})}
        tray.said(
            Observation(
                device, metric, stamp.ts, tray.received_at, float(len(present)), None, attrs, stamp.key,
                stamp.arrival_key, "", stamp.quality,
            )
        )

    def _know(self, tray: Tray, camera: str) -> None:
        """Raises Refused."""
        if camera not in self._cameras:
            if len(self._cameras) >= MAX_CAMERAS:
                raise Refused(Cause.TOO_LARGE, f"more than {MAX_CAMERAS} cameras of one Frigate")
            self._cameras[camera] = None
            tray.announce(Announced(self._device.device({"camera": camera}), camera[:200], "camera", "Frigate"))

    def _track(self, camera: str, after: Mapping[str, Any]) -> dict[str, Any]:
        """As a camera of the hub tells it: an id, a box (x, y, width, height) and a score."""
        told: dict[str, Any] = {"id": after["id"]}
        score = after.get("score")
        if isinstance(score, int | float) and 0 <= score <= 1:
            told["score"] = score
        corners: Any = after.get("box")
        if _is_box(corners):
            left, top, right, bottom = corners
            size = self._sizes.get(camera)
            if size is None:
                told["box_pixels"] = list(corners)
            else:
                across = (left / size[0], top / size[1], (right - left) / size[0], (bottom - top) / size[1])
                told["box"] = [round(min(1.0, max(0.0, part)), 4) for part in across]
        zones = after.get("current_zones")
        if isinstance(zones, list):
            told["zones"] = [_clean(zone, 64) for zone in zones[:64] if isinstance(zone, str)]
        if isinstance(after.get("stationary"), bool):
            told["stationary"] = after["stationary"]
        return told


def _is_box(found: Any) -> bool:
    return (
        isinstance(found, list)
        and len(found) == 4
        and all(isinstance(part, int | float) and not isinstance(part, bool) and abs(part) < 1e6 for part in found)
    )


def _about(event_id: str, sort: str, after: Mapping[str, Any]) -> dict[str, Any]:
    """Where Frigate keeps more: ``/api/events/{id}/snapshot.jpg`` and ``clip.mp4`` there."""
    about: dict[str, Any] = {"event": event_id, "type": sort}
    for name, key in (("snapshot", "has_snapshot"), ("clip", "has_clip")):
        if isinstance(after.get(key), bool):
            about[name] = after[key]
    label = after.get("sub_label")
    label = label[0] if isinstance(label, list) and label else label
    if isinstance(label, str):
        about["sub_label"] = _clean(label, 200)
    return about


def _clean(text: str, length: int) -> str:
    """Without what the store cannot hold: NUL, and halves of surrogate pairs."""
    return text[:length].replace("\0", "").encode(errors="replace").decode()


def _when(after: Mapping[str, Any], *, ended: bool) -> datetime:
    """Raises Refused."""
    for key in ("end_time", "frame_time", "start_time") if ended else ("frame_time", "start_time"):
        if (told := after.get(key)) is not None:
            return instants.counted(told, 1.0)
    raise Refused(Cause.BAD_TIME, f"an event has frame_time, a number, not {kind(after.get('frame_time'))}")


def make(desk: Desk) -> Made:
    prefix = desk.prefix("frigate")
    device = desk.template("device", desk.settings.device or "frigate-{camera}", {"camera"})
    if device is not None and "camera" not in device.names:
        desk.wrong(("device",), "needs {camera}: else all cameras would be one")
    found = desk.patterns(f"{prefix}/events", f"{prefix}/available", f"{prefix}/{{camera}}/status/detect")
    if device is None or desk.problems:
        return None
    return Frigate(desk.surroundings, prefix, device, desk.settings.cameras or {}), found
