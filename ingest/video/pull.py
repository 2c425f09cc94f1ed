"""Models from elsewhere: an address and the SHA-256 of what must come from it. What is anything else is thrown away.

The one entry here is the file with which detection is tested. Others stand in ``models.yaml`` beside the configuration:

    yolox-s: {url: https://models.example/yolox_s.onnx, sha256: 0123…}
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import httpx
from pydantic import BaseModel, ConfigDict, Field, RootModel

from hub import document
from hub.errors import Refused
from hub.log import redact

FILE = "models.yaml"
_CHUNK = 256 * 1024
_TIMEOUT_S = 30.0
_MAX_REDIRECTS = 5


class Origin(BaseModel):
    """Where a model is, and what it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]


class _Origins(RootModel[dict[str, Origin]]):
    pass


KNOWN = {
    "yolox-nano": Origin(
        url="https://raw.githubusercontent.com/Kazuhito00/YOLOX-ONNX-TFLite-Sample/"
        "ac07155e3ac8a531d89d24204e50f364d3444275/model/yolox_nano.onnx",
        sha256="695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14",
    ),
}


def origins(folder: Path) -> dict[str, Origin]:
    """By name; what stands in ``folder``'s ``models.yaml`` comes before what is known. Raises ConfigError."""
    path = folder / FILE
    if not path.exists():
        return dict(KNOWN)
    return {**KNOWN, **document.validate(document.load(path), _Origins).root}


def fetch(origin: Origin, into: Path, max_bytes: int, progress: Callable[[int, int | None], None]) -> None:
    """Write what is at the address to ``into``. ``progress`` is told the bytes so far, and of all where that is known.

    Raises Refused where it cannot be had, is larger than ``max_bytes`` or is not what was pinned.
    """
    digest = hashlib.sha256()
    done = 0
    try:
        with (
            httpx.Client(follow_redirects=True, max_redirects=_MAX_REDIRECTS, timeout=_TIMEOUT_S) as client,
            client.stream("GET", origin.url) as response,
            into.open("wb") as file,
        ):
            response.raise_for_status()
            total = response.headers.get("content-length", "")
            for chunk in response.iter_bytes(_CHUNK):
                done += len(chunk)
                if done > max_bytes:
                    raise Refused("too_large", f"what is there is larger than {max_bytes // 2**20} MiB")
                digest.update(chunk)
                file.write(chunk)
                progress(done, int(total) if total.isdecimal() else None)
            file.flush()
            os.fsync(file.fileno())
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        raise Refused("unreachable", f"{redact(origin.url)} answers {code}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = redact(str(error)) or type(error).__name__
        raise Refused("unreachable", f"{redact(origin.url)} cannot be had: {reason}") from error
    except OSError as error:
        raise Refused("cannot_write", f"{into.parent} cannot be written: {error.strerror or error}") from error
    if digest.hexdigest() != origin.sha256.lower():
        raise Refused(
            "wrong_hash",
            f"what came is not what was pinned: its SHA-256 is {digest.hexdigest()}, and {origin.sha256} was wanted",
        )
