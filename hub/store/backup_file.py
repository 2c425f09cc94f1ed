"""The file of a backup: a ZIP archive (APPNOTE 6.3, ZIP64) with one entry a table, and what is in it as its last.

Tables are in PostgreSQL's text format of COPY, so that any server, and any person, can read them. The manifest names
every part with its size and its SHA-256; a file that was cut off, or of which a bit has changed, is refused by name.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from hub.errors import HubError

FORMAT = 1
KEY = "camera-key"
_MANIFEST = "manifest.json"
_MAX_MANIFEST_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 1 << 20
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError, OverflowError,
)  # fmt: skip


class BackupRefused(HubError):
    """The file cannot be restored from; the message says why, and what to do."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the archive, uncompressed."""

    name: str
    size_bytes: int
    sha256: str


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``periods``: [first, last) of each partition or chunk, of a table that is cut by time."""

    name: str
    columns: tuple[str, ...]
    rows: int
    part: Part
    periods: tuple[tuple[datetime, datetime], ...] = ()


class Sequence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the numbers of a table go on."""

    name: str
    value: int
    called: bool


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``schema``: the migrations of the database, in order; ``journal_id``, ``journal_hash``: the end of its chain.

    ``counted_until``: where the rollups end, of a store that has continuous aggregates.
    """

    format: int
    gridhub: str
    schema: tuple[str, ...]
    taken_at: datetime
    server: str
    database_bytes: int
    journal_id: int
    journal_hash: str
    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...]
    counted_until: datetime | None = None
    key: Part | None = None
    """The key of the cameras' passwords, where it was asked for."""

    @property
    def size_bytes(self) -> int:
        """Of all tables, uncompressed."""
        return sum(table.part.size_bytes for table in self.tables)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


class PartWriter:
    """Takes the bytes of one part."""

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        self._name = name
        self._stream = stream
        self._hash = hashlib.sha256()
        self._pending = bytearray()
        self._size_bytes = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._pending += data
        if len(self._pending) >= _CHUNK_BYTES:
            self._flush()

    def done(self) -> Part:
        self._flush()
        return Part(self._name, self._size_bytes, self._hash.hexdigest())

    def _flush(self) -> None:
        self._hash.update(self._pending)
        self._stream.write(self._pending)
        self._size_bytes += len(self._pending)
        self._pending = bytearray()


class BackupWriter:
    """Writes beside the file and gives it its name when all is on disk: what has the name is whole.

    It holds password hashes and all that the hub knows of people: only its owner can read it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(f"{path.name}.part")

    def __enter__(self) -> BackupWriter:
        if self._path.exists():
            raise BackupRefused(f"{self._path} exists already: choose another name")
        try:
            self._beside.unlink(missing_ok=True)
            self._raw = os.fdopen(os.open(self._beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except OSError as error:
            raise BackupRefused(f"{self._path} cannot be written: {error.strerror or error}") from error
        self._archive = zipfile.ZipFile(self._raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        return self

    def __exit__(self, *_: object) -> None:
        """What was not finished is removed."""
        if not self._raw.closed:
            with suppress(OSError, ValueError):  # of a disk that is full, or an entry that broke off
                self._archive.close()
            with suppress(OSError):
                self._raw.close()
            self._beside.unlink(missing_ok=True)

    @contextmanager
    def part(self, name: str) -> Iterator[PartWriter]:
        """Raises BackupRefused where the disk takes no more."""
        try:
            with self._archive.open(name, "w", force_zip64=True) as stream:
                yield PartWriter(name, stream)
        except OSError as error:
            raise BackupRefused(f"{self._path} cannot be written: {error.strerror or error}") from error

    def finish(self, manifest: Manifest) -> None:
        try:
            self._archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            self._archive.close()
            self._raw.flush()
            os.fsync(self._raw.fileno())
            self._raw.close()
            self._beside.rename(self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise BackupRefused(f"{self._path} cannot be written: {error.strerror or error}") from error


class Backup:
    """A backup that is there, open for reading. Raises BackupRefused where it is none, or of a newer gridhub."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._refusing():
            self._archive = zipfile.ZipFile(path)
        try:
            with self._refusing():
                self.manifest = self._read_manifest()
        except BackupRefused:
            self._archive.close()
            raise

    def __enter__(self) -> Backup:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def chunks(self, part: Part) -> Iterator[bytes]:
        """The bytes of a part. Raises BackupRefused, at the latest after the last of them, where it was changed."""
        seen, size_bytes = hashlib.sha256(), 0
        with self._refusing(), self._archive.open(part.name) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                seen.update(chunk)
                size_bytes += len(chunk)
                yield chunk
        if (size_bytes, seen.hexdigest()) != (part.size_bytes, part.sha256):
            raise BackupRefused(f"{self._path} is damaged: {part.name} is not as it was written")

    def verify(self, progress: Callable[[int], None]) -> None:
        """Read all of it once; ``progress`` is told how many bytes were read. Raises BackupRefused."""
        parts, done = [table.part for table in self.manifest.tables], 0
        for part in [*parts, self.manifest.key] if self.manifest.key else parts:
            for chunk in self.chunks(part):
                done += len(chunk)
                progress(done)

    def key(self) -> str | None:
        """The key of the cameras' passwords, where the backup has it."""
        return b"".join(self.chunks(self.manifest.key)).decode() if self.manifest.key else None

    def _read_manifest(self) -> Manifest:
        if self._archive.getinfo(_MANIFEST).file_size > _MAX_MANIFEST_BYTES:
            raise BackupRefused(f"{self._path} is no backup of a gridhub")
        text = self._archive.read(_MANIFEST)
        head = msgspec.json.decode(text, type=dict[str, object])
        if head.get("format") != FORMAT:
            made_by = f"gridhub {head.get('gridhub')}, in format {head.get('format')!r}"
            raise BackupRefused(f"{self._path} was made by {made_by}, which this one does not know: use that version")
        found = msgspec.json.decode(text, type=Manifest)
        names = [table.name for table in found.tables] + [item.name for item in found.sequences]
        names += [column for table in found.tables for column in table.columns]
        if not all(re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name) for name in names):
            raise BackupRefused(f"{self._path} is damaged: it names what can be no table")
        return found

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise BackupRefused(f"there is no file {self._path}") from error
        except OSError as error:
            raise BackupRefused(f"{self._path} cannot be read: {error.strerror or error}") from error
        except msgspec.DecodeError as error:
            raise BackupRefused(f"{self._path} is damaged: its table of contents cannot be read") from error
        except _UNREADABLE as error:
            raise BackupRefused(f"{self._path} is damaged, or is no backup of a gridhub") from error
