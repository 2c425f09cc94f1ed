"""The pictures of each camera of a worker, over HTTP on a Unix socket that only the hub's own user can open.

``GET /cameras/{id}/snapshot?width=`` answers a JPEG that is made when it is asked for, with ``X-Frame-Time``; or 404,
or 503 with the state of the camera and the reason, as JSON: a picture from before the camera was lost is not shown.
Privacy masks are burnt in, here and below, unless ``masks=lifted`` is asked for; ``X-Masks`` tells which
(``mask.digest``).

``GET /cameras/{id}/live?stream=main|sub`` answers pieces (``reel.packed``) without end: how the camera is, and while
it is watched its picture. It ends when this worker does not have the camera any more, or carries it anew. With masks it
is one stream for both words; 503 ``masks_busy`` where as many cameras are encoded as may be.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hub.errors import Refused, StartError
from hub.model.mask import Masks, digest
from hub.model.source import SourceState
from hub.model.times import rfc3339
from ingest.video.decode import Picture
from ingest.video.live import Broadcast, Viewer
from ingest.video.masked import MaskedStream
from ingest.video.reel import Mark, Piece, packed, text_piece

DEFAULT_WIDTH = 960
_log = logging.getLogger(__name__)
_WIDTHS = range(16, 7681)
_MAX_SOCKET_PATH_BYTES = 107
_STATE_EVERY_S = 2.0
"""How often it is said how a camera is, also when nothing changes: so that both ends notice that the other is gone."""
_LOOK_S = 0.25


def _unasked() -> None:
    """Nobody has to be told."""


@dataclass(frozen=True, slots=True)
class View:
    """What a camera shows now."""

    state: SourceState
    reason: str
    picture: Picture | None
    live: Mapping[str, Broadcast] = field(default_factory=dict)
    """By stream: ``main``, and ``sub``, which is the main one where there is no other."""
    glance: Callable[[], object] = _unasked
    """To be called by who looks at ``picture``: it is renewed more often while somebody does."""
    masks: Masks = ()
    masked: MaskedStream | None = None
    """The live picture with ``masks`` burnt in; None where there are none."""

    def shown(self, stream: str, *, lifted: bool) -> Broadcast | MaskedStream | None:
        """None where there is no such stream."""
        if not lifted and self.masks:
            return self.masked
        return self.live.get(stream)


Lookup = Callable[[str], View | None]


def socket_path(data_dir: Path, shard: int) -> Path:
    return data_dir / "run" / f"video-{shard}.sock"


class PictureServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Serves in threads of its own, from ``start`` to ``stop``. Raises StartError where it cannot be bound."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path, lookup: Lookup) -> None:
        self.lookup = lookup
        self.is_ending = threading.Event()
        self._path = path
        if len(os.fsencode(path)) > _MAX_SOCKET_PATH_BYTES:
            raise StartError(f"the path of the data directory is too long for a Unix socket: {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        path.unlink(missing_ok=True)  # of a worker that was killed: its name belongs to this shard alone
        mask = os.umask(0o177)
        try:
            super().__init__(str(path), _Handler)
        except OSError as error:
            raise StartError(f"cannot listen at {path}: {error.strerror}") from error
        finally:
            os.umask(mask)
        self._thread = threading.Thread(target=self._serve, name="pictures", daemon=True)

    def start(self) -> PictureServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self.is_ending.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes who waits for a viewer
        self._thread.join()
        self.server_close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        """As ``serve_forever``, which would look several times a second whether it is to end."""
        while not self.is_ending.is_set():
            self.handle_request()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  the library's signature
        """A viewer that hung up is no news; anything else is a mistake of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            _log.exception("a picture could not be served")


class _Handler(BaseHTTPRequestHandler):
    server: PictureServer
    timeout = 5.0
    server_version = "gridhub"
    sys_version = ""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        way = [unquote(part) for part in parts.path.split("/")[1:]]
        if len(way) == 3 and way[0] == "cameras" and way[2] == "snapshot":
            self._snapshot(way[1], parts.query)
        elif len(way) == 3 and way[0] == "cameras" and way[2] == "live":
            self._live(way[1], parse_qs(parts.query))
        else:
            self._problem(HTTPStatus.NOT_FOUND, "not_found", "there is no such page")

    def _snapshot(self, camera: str, query: str) -> None:
        asked = parse_qs(query)
        width = asked.get("width", [str(DEFAULT_WIDTH)])[0]
        if not width.isdecimal() or int(width) not in _WIDTHS:
            self._problem(HTTPStatus.BAD_REQUEST, "bad_width", "width is a number of pixels from 16 to 7680")
            return
        view = self.server.lookup(camera)
        if view is None:
            self._problem(HTTPStatus.NOT_FOUND, "no_such_camera", "this worker has no camera of that id")
        elif view.picture is None or not view.state.connected:
            self._problem(HTTPStatus.SERVICE_UNAVAILABLE, view.state, view.reason or "there is no picture yet")
        else:
            view.glance()
            masks = () if _is_lifted(asked) else view.masks
            body = view.picture.jpeg(int(width), masks=masks) if masks else view.picture.jpeg(int(width))
            headers = {"X-Frame-Time": rfc3339(view.picture.ts), "X-Masks": digest(masks)}
            self._answer(HTTPStatus.OK, "image/jpeg", body, headers)

    def _live(self, camera: str, asked: Mapping[str, list[str]]) -> None:
        stream, lifted = asked.get("stream", ["main"])[0], _is_lifted(asked)
        view = self.server.lookup(camera)
        source = None if view is None else view.shown(stream, lifted=lifted)
        if source is None:
            self._problem(HTTPStatus.NOT_FOUND, "no_such_camera", "this worker has no camera of that id")
            return
        try:
            with source.watch() as viewer:
                self._tell(camera, viewer, lambda view: view.shown(stream, lifted=lifted) is source)
        except Refused as refused:
            self._problem(HTTPStatus.SERVICE_UNAVAILABLE, refused.cause, refused.detail)

    def _tell(self, camera: str, viewer: Viewer, goes_on: Callable[[View], bool]) -> None:
        """All that ``viewer`` gets, until the camera is carried by another worker, or anew by this one."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/octet-stream")
        self.end_headers()
        told, told_s = None, 0.0
        view = self.server.lookup(camera)
        while view is not None and goes_on(view) and not self.server.is_ending.is_set():
            now_s = time.monotonic()
            if (view.state, view.reason) != told or now_s - told_s >= _STATE_EVERY_S:
                told, told_s = (view.state, view.reason), now_s
                self.wfile.write(packed(_state(view)))
            for piece in viewer.take(_LOOK_S):
                self.wfile.write(packed(piece))
            view = self.server.lookup(camera)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
        """Requests are not logged: a wall of cameras makes many."""

    def _problem(self, status: HTTPStatus, code: str, detail: str) -> None:
        body = json.dumps({"title": status.phrase, "status": status, "code": code, "detail": detail}).encode()
        self._answer(status, "application/problem+json", body, {})

    def _answer(self, status: HTTPStatus, content_type: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _is_lifted(asked: Mapping[str, list[str]]) -> bool:
    return asked.get("masks") == ["lifted"]


def _state(view: View) -> Piece:
    return text_piece(Mark.STATE, 0, {"type": "state", "state": view.state, "reason": view.reason})
