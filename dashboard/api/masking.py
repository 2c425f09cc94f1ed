"""Privacy masks of what is answered: burnt in for everybody, until somebody who may lifts them on purpose.

Each lifting is an entry of the audit log: who, which camera, which time, and why where they say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query
from fastapi.requests import HTTPConnection

from dashboard.api.audited import note
from dashboard.api.caller import Caller
from dashboard.api.camera_shapes import Probe, Remark
from dashboard.api.context import Context
from dashboard.api.problems import ProblemError
from dashboard.api.sources import Row
from hub.config.address import hosts
from hub.model.mask import Masks, masks_of, names_of, uncovered
from hub.model.rights import Right
from hub.model.source import Source, SourceKind
from hub.store import readings, sources

_MASKS = Query(description="`lifted`: without the privacy masks, for who has the right `unmasked` there; it is audited")
_WHY = Query(max_length=200, description="why the masks are lifted; it stands in the audit log")
_WITHHELD = Remark(
    level="note",
    en="its picture is not shown here: a camera of this host has privacy masks",
    zh="此处不显示画面：该主机上有设置了隐私遮挡的摄像机",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether somebody asks for the masks of a picture to be lifted."""

    connection: HTTPConnection
    lifted: bool
    why: str

    def to_burn(self, caller: Caller, camera: Row) -> Masks:
        """Those that are to be burnt into a picture of ``camera``. Raises ProblemError 403 where they stay."""
        self.require(caller, camera["area"])
        if not self.lifted:
            return masks_of(camera["config"])
        if names_of(camera["config"]):
            self.tell(f"cameras/{camera['id']}")
        return ()

    def require(self, caller: Caller, area: str) -> None:
        """Raises ProblemError 403 where masks are to be lifted by somebody who may not, at ``area``."""
        if self.lifted and not caller.may(Right.UNMASKED, area):
            said = note(self.connection)
            said.detail |= {"masks": "lifted"}
            raise ProblemError(403, "not_allowed", f"this needs the right {Right.UNMASKED!r} at {area}")

    def tell(self, of: str) -> None:
        """Into the audit log: not as one look with those before it."""
        said = note(self.connection)
        said.right, said.each = Right.UNMASKED, True
        said.detail |= {"masks": "lifted", "of": of, **({"why": self.why} if self.why else {})}


def _asked(
    connection: HTTPConnection,
    masks: Annotated[Literal["burnt", "lifted"], _MASKS] = "burnt",
    why: Annotated[str, _WHY] = "",
) -> Asked:
    return Asked(connection, masks == "lifted", why)


AskedMasks = Annotated[Asked, Depends(_asked)]


def of_kept(ctx: Context, caller: Caller, asked: Asked, camera: str, area: str) -> Masks:
    """What is to be burnt into a snapshot of ``camera`` that is kept for something in ``area``.

    Raises ProblemError 403 where masks stay, or where nobody knows any more which the camera had: it was removed.
    """
    rows = readings.source_page(ctx.store, SourceKind.CAMERA, source_id=camera, limit=1)
    if rows:
        return asked.to_burn(caller, rows[0])
    asked.require(caller, area)
    if not asked.lifted:
        words = f"camera {camera!r} was removed, and what it masked is not known any more"
        raise ProblemError(403, "masks_unknown", words)
    asked.tell(f"cameras/{camera}")
    return ()


def probed(connection: HTTPConnection, ctx: Context, caller: Caller, url: str, found: Probe) -> Probe:
    """What a look at ``url`` found: without its picture where a camera of that host has masks that this caller may not
    lift. Which stream shows what of it cannot be known before somebody has added it.
    """
    host = hosts({"url": url})
    cameras = sources.list_sources(ctx.store, SourceKind.CAMERA) if found.snapshot is not None else []
    masked = [each for each in cameras if names_of(each.config) and host & hosts(each.config)]
    if all(caller.may(Right.UNMASKED, each.area) for each in masked):
        if masked:
            note(connection).detail |= {"masks": "lifted", "of": [f"cameras/{each.id}" for each in masked]}
        return found
    return found.model_copy(update={"snapshot": None, "verdict": [*found.verdict, _WITHHELD]})


def change(connection: HTTPConnection, caller: Caller, before: Source, after: Source | None) -> None:
    """What becomes of the masks of a camera is told to the audit log; None: the camera is removed.

    Raises ProblemError 403 where that would uncover something for somebody who may not see it.
    """
    then, now = before.config, {} if after is None else after.config
    if (was := names_of(then)) or names_of(now):
        gone = uncovered(then, now)
        said = note(connection)
        if gone or was != names_of(now):
            said.detail |= {"masks_before": was, "masks": names_of(now), "uncovered": gone}
        if gone and not caller.may(Right.UNMASKED, before.area):
            words = f"masks are taken away or changed by who has the right {Right.UNMASKED!r}: {', '.join(gone)}"
            raise ProblemError(403, "not_allowed", words)
    moves = was and after is not None and caller.may(Right.UNMASKED, after.area)
    if moves and not caller.may(Right.UNMASKED, before.area):
        words = f"who moves a camera with masks to where they may lift them needs {Right.UNMASKED!r} where it is"
        raise ProblemError(403, "not_allowed", words)


def added(connection: HTTPConnection, camera: Source) -> None:
    """A camera that begins with masks."""
    if names := names_of(camera.config):
        note(connection).detail |= {"masks": names}
