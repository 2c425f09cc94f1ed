"""The console: the files that ``make web`` built, compressed once, and its first page for every address of its own."""

from __future__ import annotations

import gzip
import mimetypes
import threading
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response

from dashboard.api.problems import ProblemError

ROOT = Path(__file__).parent / "static"
_INDEX = "index.html"
_WORTH_BYTES = 1024
_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest+json")


@dataclass(frozen=True, slots=True)
class _File:
    etag: str
    media_type: str
    plain: bytes
    zipped: bytes | None


class Console:
    """Serves the files below ``root``. Threads may share it."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._files: dict[Path, _File] = {}
        self._lock = threading.Lock()

    def answer(self, path: str, request: Request) -> Response:
        """Raises ProblemError 404 where there is no such file."""
        file = self._find(path)
        # The console has addresses of its own, none with a dot: its first page answers them all.
        if file is None and "." not in path.rpartition("/")[2] and path.split("/")[0] != "api":
            file = self._find(_INDEX)
            if file is None:
                raise ProblemError(404, "not_built", "the console has not been built: run make web")
        if file is None:
            raise ProblemError(404, "not_found", "there is no such page")
        return self._send(self._read(file), request, immutable=file.is_relative_to(self._root / "assets"))

    def _find(self, path: str) -> Path | None:
        try:
            file = (self._root / (path or _INDEX)).resolve()
            return file if file.is_relative_to(self._root) and file.is_file() else None
        except (OSError, ValueError):  # a name that no file can have
            return None

    def _read(self, path: Path) -> _File:
        found = path.stat()
        etag = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
        with self._lock:
            known = self._files.get(path)
        if known is None or known.etag != etag:
            plain = path.read_bytes()
            media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            media_type = "application/javascript" if path.suffix in {".js", ".mjs"} else media_type
            is_worth = len(plain) >= _WORTH_BYTES and media_type.startswith(_COMPRESSIBLE)
            known = _File(etag, media_type, plain, gzip.compress(plain, 9, mtime=0) if is_worth else None)
            with self._lock:
                self._files[path] = known
        return known

    def _send(self, file: _File, request: Request, *, immutable: bool) -> Response:
        # Files in assets carry a hash of what they hold in their names.
        caching = "public, max-age=31536000, immutable" if immutable else "no-cache"
        headers = {"ETag": file.etag, "Cache-Control": caching, "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=headers)
        body = file.plain
        if file.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body = file.zipped
            headers["Content-Encoding"] = "gzip"
        return Response(body, media_type=file.media_type, headers=headers)


def router_of(console: Console) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    def static(path: str, request: Request) -> Response:
        return console.answer(path, request)

    return router
