"""The detectors of a hub: ``models/NAME.onnx``, and beside it ``NAME.json`` with how it is fed and its SHA-256.

A file is looked at and run once before it gets its name, and a worker opens it only while its hash is the one that was
noted then: a file that was swapped, or cut off by a full disk, is not run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from hub.document import nearest
from hub.errors import Refused
from ingest.video.network import Form, Network, recognise
from ingest.video.yolo import Family

FOLDER = "models"
MAX_BYTES = 1024 * 1024 * 1024
_MAX_CARD_BYTES = 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_LOOK_AGAIN_S = 5.0
"""How often it is asked whether a model has been added or changed."""


@dataclass(frozen=True, slots=True)
class Model:
    """What is known of a model without opening it."""

    name: str
    form: Form
    sha256: str
    size_bytes: int
    added: str


def check_name(name: str) -> str:
    """Raises Refused: a name becomes the name of a file."""
    if not _NAME.fullmatch(name):
        raise Refused("bad_name", f"{name[:80]!r} is no name of a model: letters, digits, dots, dashes, at most 63")
    return name


def add(data_dir: Path, file: Path, name: str, now: datetime) -> Model:
    """Take a copy of ``file`` under ``name``, in place of one of the same name. Raises Refused with the reason."""
    check_name(name)
    try:
        data = _read(file, MAX_BYTES)
    except FileNotFoundError as error:
        raise Refused("cannot_read", f"there is no file {file}") from error
    model = Model(name, recognise(data), hashlib.sha256(data).hexdigest(), len(data), now.isoformat(timespec="seconds"))
    folder = data_dir / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The card last: without it there is no model, and with an old one the hash is wrong until the new one is there.
        _put(folder / f"{name}.onnx", data)
        _put(folder / f"{name}.json", _card(model))
    except OSError as error:
        raise Refused("cannot_write", f"{folder} cannot be written: {error.strerror or error}") from error
    return model


def all_models(data_dir: Path) -> list[Model]:
    """By name. What cannot be read is left out: ``read`` says why."""
    found = []
    for path in sorted((data_dir / FOLDER).glob("*.json")):
        with contextlib.suppress(Refused):
            found.append(read(data_dir, path.stem))
    return found


def read(data_dir: Path, name: str) -> Model:
    """Raises Refused where there is no such model."""
    check_name(name)
    try:
        card = json.loads(_read(data_dir / FOLDER / f"{name}.json", _MAX_CARD_BYTES))
        form = Form(
            Family(card["family"]),
            int(card["width"]),
            int(card["height"]),
            tuple(str(label) for label in card["classes"]),
            bool(card["channels_last"]),
        )
        return Model(name, form, str(card["sha256"]), int(card["size_bytes"]), str(card["added"]))
    except FileNotFoundError as error:
        if near := nearest(name, [path.stem for path in (data_dir / FOLDER).glob("*.json")]):
            raise Refused("no_model", f"there is no model {name!r}{near}") from error
        raise Refused("no_model", f"there is no model {name!r}: gridhub model list") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("damaged", f"what is noted of the model {name!r} cannot be read: add it again") from error


def load(data_dir: Path, name: str) -> Network:
    """Raises Refused where it is missing, was changed, or cannot be run."""
    model = read(data_dir, name)
    try:
        data = _read(data_dir / FOLDER / f"{name}.onnx", MAX_BYTES)
    except FileNotFoundError as error:
        raise Refused("no_model", f"the file of the model {name!r} is gone: add it again") from error
    if hashlib.sha256(data).hexdigest() != model.sha256:
        raise Refused("damaged", f"the file of the model {name!r} is not the one that was added: add it again")
    return Network.load(data, model.form)


class Networks:
    """The models that are open in this process: each once, for all of its cameras. Thread-safe."""

    def __init__(self, data_dir: Path, monotonic: Callable[[], float]) -> None:
        self._data_dir = data_dir
        self._monotonic = monotonic
        self._open: dict[str, _Open] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> Network:
        """Raises Refused while it cannot be used. A model that was added or changed is found within 5 s."""
        with self._lock:
            now_s = self._monotonic()
            known = self._open.get(name)
            if known is None or now_s - known.looked_s >= _LOOK_AGAIN_S:
                known = self._look(name, known, now_s)
                self._open[name] = known
        if known.network is None:
            # A new one each time: a raised error grows by the frames that it passes.
            raise Refused(*known.refusal)
        return known.network

    def _look(self, name: str, known: _Open | None, now_s: float) -> _Open:
        stamp = self._stamp(name)
        if known is not None and known.stamp == stamp:
            return replace(known, looked_s=now_s)
        try:
            return _Open(stamp, now_s, load(self._data_dir, name), ("", ""))
        except Refused as error:
            return _Open(stamp, now_s, None, (error.cause, error.detail))

    def _stamp(self, name: str) -> tuple[int, ...]:
        """What changes when a model is added."""
        if not _NAME.fullmatch(name):
            return ()
        found: list[int] = []
        for suffix in (".json", ".onnx"):
            with contextlib.suppress(OSError):
                stat = (self._data_dir / FOLDER / (name + suffix)).stat()
                found += [stat.st_ino, stat.st_mtime_ns, stat.st_size]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Open:
    stamp: tuple[int, ...]
    looked_s: float
    network: Network | None
    refusal: tuple[str, str]


@cache
def networks(data_dir: Path) -> Networks:
    """Those of this process: a session is large, and every camera of a worker may share it."""
    return Networks(data_dir, time.monotonic)


def _card(model: Model) -> bytes:
    form = model.form
    card: dict[str, Any] = {
        "family": str(form.family),
        "width": form.width,
        "height": form.height,
        "channels_last": form.channels_last,
        "classes": list(form.classes),
        "sha256": model.sha256,
        "size_bytes": model.size_bytes,
        "added": model.added,
    }
    return (json.dumps(card, ensure_ascii=False, indent=1) + "\n").encode()


def _read(path: Path, max_bytes: int) -> bytes:
    """Raises Refused, and FileNotFoundError."""
    try:
        if path.exists() and not path.is_file():
            raise Refused("not_a_file", f"{path} is no file")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Refused("cannot_read", f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > max_bytes:
        raise Refused("too_large", f"{path} is larger than {max_bytes // 2**20} MiB")
    return data


@contextlib.contextmanager
def new_file(folder: Path) -> Iterator[Path]:
    """A file of another name in ``folder``, which is gone afterwards unless it was renamed."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _put(path: Path, data: bytes) -> None:
    """All of it or none, even when the machine loses its power."""
    with new_file(path.parent) as new:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(0o644)  # whoever adds it need not be who runs the hub; it is no secret
        new.replace(path)
