"""Pictures of cameras: asked of the workers that have them, cut out of recordings, or kept as evidence.

A video worker serves the newest pictures of its cameras on a Unix socket. What opens video files or cameras runs in a
child process with a time limit: a broken file or a hostile camera must not take the dashboard with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx
from fastapi import Response
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from dashboard.api import camera_shapes
from dashboard.api.problems import ProblemError
from hub.config import Config
from hub.model.mask import Masks, digest
from hub.model.source import SourceState
from hub.model.times import parse_instant, rfc3339
from hub.store import Store, segments
from ingest.video import disk
from ingest.video.cover import cover_jpeg

_PICTURE_TIMEOUT_S = 2.0
_PROBE_TIMEOUT_S = 18.0
_DISCOVER_TIMEOUT_S = 60.0
_CLIP_TIMEOUT_S = 60.0
_MASKED_CLIP_TIMEOUT_S = 120.0
"""Every picture of it is encoded anew."""
_MAX_CHILDREN = 2


class Pictures:
    """Belongs to the event loop; ``close`` ends the connections to the workers."""

    def __init__(self, config: Config) -> None:
        self._data_dir = config.data_dir
        self._network = config.network
        self._shards = config.workers.video
        self._workers: dict[int, httpx.AsyncClient] = {}
        self._children = asyncio.Semaphore(_MAX_CHILDREN)
        for left in (self._data_dir / "run").glob("clip-*.mp4"):  # by a dashboard that was killed
            left.unlink(missing_ok=True)

    async def close(self) -> None:
        for client in self._workers.values():
            await client.aclose()

    async def newest(self, camera: Mapping[str, Any], width: int, masks: Masks, *, lifted: bool) -> Response:
        """The JPEG of a camera, with ``masks`` burnt in. Raises ProblemError 503 with the state of the camera as its
        code. Only where they are ``lifted`` is the worker asked for a picture without those that it knows of."""
        shard = zlib.crc32(camera["id"].encode()) % self._shards
        try:
            asked = {"width": str(width), "masks": "lifted" if lifted else "burnt"}
            answer = await self._worker(shard).get(f"/cameras/{camera['id']}/snapshot", params=asked)
        except (httpx.TransportError, OSError) as error:
            raise ProblemError(503, SourceState.WORKER_DOWN, f"video-{shard} does not answer") from error
        if answer.status_code != 200:
            raise _no_picture(answer)
        taken_at = parse_instant(answer.headers["X-Frame-Time"])
        headers = {"X-Frame-Time": rfc3339(taken_at), "Last-Modified": format_datetime(taken_at, usegmt=True)}
        content = answer.content
        if masks and answer.headers.get("X-Masks") != digest(masks):  # they were changed, and it does not know yet
            content = await anyio.to_thread.run_sync(cover_jpeg, content, masks)
        return Response(content, media_type="image/jpeg", headers=headers)

    def still(self, file: Path, masks: Masks) -> Response:
        """A picture that was kept, with ``masks`` burnt in. Raises ProblemError 404 and 403."""
        if not masks:
            return FileResponse(file, media_type="image/jpeg")
        try:
            return Response(cover_jpeg(file.read_bytes(), masks), media_type="image/jpeg")
        except OSError as error:
            raise ProblemError(404, "no_snapshot", "it is no longer kept") from error
        except ValueError as error:
            words = "the masks cannot be burnt into this picture, so it is not shown"
            raise ProblemError(403, "masks_failed", words) from error

    def kept(self, name: str) -> Path | None:
        """The file of a snapshot that was kept as evidence; None where there is none of that name in its folder."""
        folder = (self._data_dir / "snapshots").resolve()
        try:
            file = (folder / name).resolve()
            return file if file.is_relative_to(folder) and file.is_file() else None
        except (OSError, ValueError):  # a name that no file can have
            return None

    async def probe(self, url: str, secret: Mapping[str, str], transport: str, tls: str) -> camera_shapes.Probe:
        """Open a camera once."""
        asked = {
            "url": url,
            "secret": dict(secret),
            "transport": transport,
            "tls": tls,
            "network": self._network.model_dump(mode="json"),
        }
        said = await self._child("dashboard.api.probing", asked, _PROBE_TIMEOUT_S)
        if said is None:
            reason = f"the camera did not show a picture within {_PROBE_TIMEOUT_S:.0f} s"
            words = {"level": "bad", "en": reason, "zh": f"摄像机在 {_PROBE_TIMEOUT_S:.0f} 秒内没有画面"}
            said = {"state": SourceState.STALLED, "reason": reason, "verdict": [words]}
        return camera_shapes.Probe.model_validate(said)

    async def discover(self, targets: Sequence[str], secret: Mapping[str, str], area: str) -> camera_shapes.Discovered:
        """Ask for cameras by ONVIF. Raises ProblemError."""
        asked = {
            "targets": list(targets),
            "secret": dict(secret),
            "area": area,
            "network": self._network.model_dump(mode="json"),
        }
        said = await self._child("dashboard.api.probing", asked, _DISCOVER_TIMEOUT_S)
        if said is None:
            raise ProblemError(503, "discovery_failed", "the network could not be asked in time: ask for fewer hosts")
        if "refused" in said:
            raise ProblemError(422, "invalid", said["refused"])
        return camera_shapes.Discovered.model_validate(said)

    async def clip(self, store: Store, camera: str, first: datetime, last: datetime, masks: Masks) -> FileResponse:
        """[first, last] as one MP4, with ``masks`` burnt in, in a file that goes away when it was sent.

        Raises ProblemError 404, 503 or 507.
        """
        found = await anyio.to_thread.run_sync(segments.list_segments, store, camera, first, last)
        # It is written, and copied once more to bring its index to the front.
        needed = 2 * sum(item.size_bytes for item in found)
        if found and disk.free_bytes(self._data_dir) - needed < disk.RESERVE_BYTES:
            raise ProblemError(507, "no_room", "the disk of the hub has no room for this clip: ask for a shorter one")
        out = _temporary(self._data_dir) if found else None
        said = None if out is None else await self._cut(found, first, last, masks, out)
        if out is None or said is None or said["state"] != "done":
            if out is not None:
                out.unlink(missing_ok=True)
            if said is None and out is not None:
                raise ProblemError(503, "clip_failed", "the clip could not be made in time: ask for a shorter one")
            raise ProblemError(404, "nothing_recorded", "nothing is recorded in this interval")
        headers = {"X-Clip-From": said["began_at"], "X-Clip-To": said["ended_at"]}
        name = f"{camera}-{first:%Y%m%dT%H%M%SZ}.mp4"
        return _Passing(out, media_type="video/mp4", filename=name, headers=headers)

    async def _cut(
        self, found: Sequence[segments.Segment], first: datetime, last: datetime, masks: Masks, out: Path
    ) -> dict[str, Any] | None:
        asked = {
            "data_dir": str(self._data_dir),
            "segments": [
                [item.camera, rfc3339(item.began_at), rfc3339(item.ended_at), item.path, item.size_bytes]
                for item in found
            ],
            "first": rfc3339(first),
            "last": rfc3339(last),
            "masks": masks,
            "out": str(out),
        }
        timeout_s = _MASKED_CLIP_TIMEOUT_S if masks else _CLIP_TIMEOUT_S
        return await self._child("dashboard.api.cutting", asked, timeout_s)

    async def _child(self, module: str, asked: Mapping[str, Any], timeout_s: float) -> dict[str, Any] | None:
        """What a program answers; None where it failed or was late. JSON in and out: no secret is an argument."""
        async with self._children:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
            try:
                async with asyncio.timeout(timeout_s):
                    said, _ = await process.communicate(json.dumps(asked).encode())
            except TimeoutError:
                return None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode != 0:
            return None
        answer: dict[str, Any] = json.loads(said)
        return answer

    def _worker(self, shard: int) -> httpx.AsyncClient:
        if shard not in self._workers:
            socket = self._data_dir / "run" / f"video-{shard}.sock"
            transport = httpx.AsyncHTTPTransport(uds=str(socket), limits=httpx.Limits(max_connections=16))
            self._workers[shard] = httpx.AsyncClient(
                transport=transport, base_url="http://worker", timeout=_PICTURE_TIMEOUT_S, trust_env=False
            )
        return self._workers[shard]


class _Passing(FileResponse):
    """A file that goes away when it was sent; or was not, where a range is asked for that it does not have."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            Path(self.path).unlink(missing_ok=True)


def _no_picture(answer: httpx.Response) -> ProblemError:
    try:
        said = answer.json()
        code, detail = str(said["code"]), str(said["detail"])
    except (ValueError, KeyError, TypeError):
        code, detail = "no_picture", "the worker has no picture"
    return ProblemError(503, code, detail)


def _temporary(data_dir: Path) -> Path:
    folder = data_dir / "run"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="clip-", suffix=".mp4", dir=folder)
    os.close(descriptor)
    return Path(name)
