"""What ``gridhub db status`` shows: tables for people, one object for programs."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from hub.config import Config
from hub.model.sizes import UNITS
from hub.model.times import format_duration, rfc3339
from hub.store import series, status
from hub.store.rollup_schema import TABLES
from hub.store.status import DAY, Disk, Status

_LOCAL = {None, "", "localhost", "127.0.0.1", "::1"}


def keep(config: Config) -> dict[str, timedelta]:
    """For how long the rows of each table are kept."""
    raw = {table.name: config.keep.of(kind)["observations"] for kind, table in series.RAW.items()}
    return raw | {table.name: config.keep.of(kind)[level] for (level, kind), table in TABLES.items()}


def disk_of(config: Config, directory: str | None) -> Disk | None:
    """That of the database, where it is on this machine."""
    if config.store.url is None:
        folder = config.data_dir / "postgres"
    elif directory is not None and urlsplit(config.store.url).hostname in _LOCAL:
        folder = Path(directory)
    else:
        return None
    try:
        usage = shutil.disk_usage(folder)
    except OSError:  # of another container, or for others' eyes
        return None
    return Disk(usage.free, usage.total)


def as_json(found: Status, disk: Disk | None, troubles: Sequence[str], now: datetime) -> dict[str, Any]:
    """Sizes in bytes, durations in seconds, instants in RFC 3339."""
    days = None if disk is None else status.full_in_days(found, disk, now)
    plain = _plain({field.name: getattr(found, field.name) for field in dataclasses.fields(found)})
    return {**plain, "disk": _plain(disk), "full_in_days": days, "troubles": list(troubles)}


def show(found: Status, disk: Disk | None, now: datetime, console: Console) -> None:
    """Columns for people."""
    facts = _columns()
    for name, value in _facts(found, disk, now):
        facts.add_row(name, value)
    console.print(facts)
    console.print()
    tables = _columns("TABLE", "ROWS (ABOUT)", "SIZE", "PARTITIONS", "FROM", "KEPT", "COMPRESSED")
    shown = [table for table in found.tables if table.keep is not None or table.size_bytes > found.size_bytes / 20]
    for table in shown:
        compressed = "" if table.compressed is None else _ratio(*table.compressed)
        kept = "" if table.keep is None else format_duration(table.keep)
        periods = str(table.periods) if table.keep is not None else ""
        began = f"{table.first:%Y-%m-%d}" if table.first is not None else ""
        tables.add_row(table.name, f"{table.rows:,}", size(table.size_bytes), periods, began, kept, compressed)
    others = [table for table in found.tables if table not in shown]
    tables.add_row(f"{len(others)} others", f"{sum(t.rows for t in others):,}", size(sum(t.size_bytes for t in others)))
    console.print(tables)
    console.print()
    writers = _columns("WRITER", "NEWEST BATCH", "AGO", "ROWS A DAY", "BATCHES A DAY", "NUMBER")
    for writer in found.writers:
        at = "-" if writer.newest_at is None else f"{writer.newest_at:%Y-%m-%d %H:%M:%SZ}"
        ago = "-" if writer.newest_at is None else _ago(now - writer.newest_at)
        writers.add_row(
            writer.name, at, ago, f"{writer.rows_of_day:,}", f"{writer.batches_of_day:,}", str(writer.last_seq)
        )
    console.print(writers)
    console.print()
    readers = _columns("READER", "OF", "BATCHES BEHIND", "SINCE")
    for reader in found.readers:
        behind = _ago(reader.behind) if reader.batches > 0 else ""
        readers.add_row(reader.reader, reader.writer, f"{max(0, reader.batches):,}", behind)
    console.print(readers)


def size(size_bytes: float) -> str:
    """Three figures and a decimal unit: ``12.3 GB``."""
    for unit, factor in UNITS.items():
        if abs(size_bytes) >= factor:
            figures = f"{size_bytes / factor:.3g}" if size_bytes < 999.5 * factor else f"{size_bytes / factor:.0f}"
            return f"{figures} {unit}"
    return "0 B"


def _facts(found: Status, disk: Disk | None, now: datetime) -> list[tuple[str, str]]:
    kind = f", TimescaleDB {found.timescale}" if found.timescale else ""
    facts = [
        ("server", f"PostgreSQL {found.server}{kind}"),
        ("schema", found.schema + (f" ({len(found.missing)} missing)" if found.missing else "")),
        ("size", size(found.size_bytes)),
    ]
    if found.growth is None:
        facts.append(("growth", "not known before an hour of observations is over"))
    else:
        growth = found.growth
        raw = f"{growth.rows:,.0f} observations, {size(growth.raw_bytes)}"
        facts.append(("growth a day", f"{raw}; everything else {size(growth.other_bytes)}"))
    if disk is None:
        facts.append(("disk", "of another machine: not known here"))
    else:
        days = status.full_in_days(found, disk, now)
        until = "not within ten years at this rate" if days is None else f"in {days:,.1f} days at this rate"
        facts.append(("disk", f"{size(disk.free_bytes)} of {size(disk.total_bytes)} free"))
        if found.growth is not None:
            facts.append(("full", f"{until} (recordings not counted)"))
    ahead = [table.last - now for table in found.tables if status.is_raw(table.name) and table.last is not None]
    if ahead and not found.timescale:
        facts.append(("partitions ahead", f"{max(0, min(ahead) // DAY)} days"))
    by_name = ", ".join(f"{name.removeprefix('gridhub ')} {count}" for name, count in found.connections.by_name.items())
    facts.append(("connections", f"{found.connections.used} of {found.connections.limit} ({by_name})"))
    facts.append(("quarantine", f"{found.quarantined:,} messages"))
    facts.append(("journal", f"{found.journal_rows:,} rows"))
    return facts


def _columns(*names: str) -> Table:
    table = Table(*names, box=None, pad_edge=False, show_header=bool(names), header_style="")
    for column in table.columns[1:] if names else []:
        column.no_wrap = True
    return table


def _ratio(before: int, after: int) -> str:
    return f"{size(before)} to {size(after)} ({before / after:.1f} x)" if after else size(before)


def _ago(length: timedelta) -> str:
    return format_duration(timedelta(seconds=max(0, round(length.total_seconds()))))


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return rfc3339(value)
    return value.total_seconds() if isinstance(value, timedelta) else value
