"""``gridhub device try``: what the hub would make of a message, step by step, without a broker and without a store."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.clock import SystemClock
from hub.config import Config, load
from hub.errors import HubError
from hub.model.observation import Observation
from hub.model.quality import Quality
from hub.model.times import rfc3339
from hub.words import counted
from ingest.mqtt import codecs, topics
from ingest.mqtt.decoded import Cause, Decoded, Fault
from ingest.mqtt.mapping.build import build
from ingest.mqtt.mapping.document import JsonCodec
from ingest.mqtt.mapping.router import Route, Router
from ingest.mqtt.message import Message

_SHOWN = 40


def options(parser: argparse.ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument("--topic", required=True, help="as the device publishes it")
    parser.add_argument("--payload", required=True, metavar="FILE", help="a file, or - for standard input")
    parser.add_argument("--encoding", choices=["raw", "hex", "base64"], default="raw", help="of what is in the files")
    words = "a message that came before, such as a birth or a discovery; may be given several times"
    parser.add_argument("--before", nargs=2, action="append", default=[], metavar=("TOPIC", "FILE"), help=words)
    parser.add_argument("--retained", action="store_true", help="as a broker sends what it kept to a new subscriber")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(options: argparse.Namespace) -> int:
    """Exit status: 0 all that is in it would be stored or says nothing, 1 something would be refused."""
    config = load(options.config)
    now = SystemClock().now()
    asked: list[tuple[str, bytes]] = []
    router = build(config, lambda topic, payload: asked.append((topic, payload)), lambda _device: True)
    for topic, file in options.before:
        _read(router, Message(topic, _payload(file, options.encoding), now, retained=True), config)
    payload = _payload(options.payload, options.encoding)
    asked.clear()
    message = Message(options.topic, payload, now, retained=options.retained)
    trial = _Trial(message, router.route(options.topic), _read(router, message, config), asked)
    sys.stdout.write(json.dumps(trial.document(), ensure_ascii=False, indent=2) + "\n" if options.json else "")
    if not options.json:
        sys.stdout.write("\n".join(trial.lines(_hint(router, options.topic))) + "\n")
    return 1 if trial.decoded.faults else 0


def _payload(file: str, encoding: str) -> bytes:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise HubError(f"{file} cannot be read: {error.strerror or error}") from error
    try:
        if encoding == "hex":
            return bytes.fromhex(data.decode())
        if encoding == "base64":
            return base64.b64decode(b"".join(data.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise HubError(f"{file} is not {encoding}: {error}") from error
    # An editor puts a line end behind a text; a device does not.
    return data.removesuffix(b"\n") if data[-2:-1] != b"\n" and _is_text(data) else data


def _is_text(data: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n" for byte in data)


def _read(router: Router, message: Message, config: Config) -> Decoded:
    """The hub's own topics have their own way, as in the worker."""
    if not message.topic.startswith(topics.OWN):
        return router.read(message)
    try:
        address = topics.parse(message.topic)
    except ValueError as error:
        return Decoded(faults=(Fault(Cause.BAD_TOPIC, str(error)),))
    if address.kind is topics.Kind.STATUS:
        return codecs.status(address.device, message.payload, message.received_at)
    at, retained = message.received_at, message.retained
    return codecs.telemetry(address.device, message.payload, at, config.accept, retained=retained)


@dataclass(frozen=True, slots=True)
class _Trial:
    message: Message
    route: tuple[Route, Mapping[str, str]] | None
    decoded: Decoded
    asked: Sequence[tuple[str, bytes]] = field(default=())

    def document(self) -> dict[str, Any]:
        return {
            "topic": self.message.topic,
            "size_bytes": len(self.message.payload),
            "mapping": self._mapping(),
            "levels": dict(self.route[1]) if self.route is not None else {},
            "stored": [_row(item) for item in self.decoded.observations],
            "refused": [
                {"cause": fault.cause, "count": fault.count, "device": fault.device, "detail": fault.detail}
                for fault in self.decoded.faults
            ],
            "found_nothing": self._unfound(),
            "skipped": self.decoded.skipped,
            "announced": [
                {"device": told.device, "name": told.name, "type": told.type, "model": told.model,
                 "metrics": dict(told.metrics)}
                for told in self.decoded.announced
            ],
            "asked": [{"topic": topic, "payload_hex": payload.hex()} for topic, payload in self.asked],
        }  # fmt: skip

    def lines(self, hint: str) -> list[str]:
        mapping = self._mapping()
        told = [f"topic     {self.message.topic}", f"mapping   {mapping or 'none takes this topic' + hint}"]
        if self.route is not None and self.route[1]:
            told.append("levels    " + ", ".join(f"{name} = {level}" for name, level in self.route[1].items()))
        told.append(f"payload   {counted(len(self.message.payload), 'byte')}")
        told += self._announced() + self._stored() + self._left()
        told += [f"asks      {topic} ({counted(len(payload), 'byte')})" for topic, payload in self.asked]
        return told

    def _mapping(self) -> str:
        if self.message.topic.startswith(topics.OWN):
            return "the hub's own"
        return "" if self.route is None else self.route[0].name

    def _unfound(self) -> list[str]:
        codec = self.route[0].codec if self.route is not None else None
        return codec.finds_nothing(self.message.payload) if isinstance(codec, JsonCodec) else []

    def _announced(self) -> list[str]:
        told = []
        for one in self.decoded.announced:
            what = ", ".join(f"{name} [{unit}]" if unit else name for name, unit in list(one.metrics.items())[:_SHOWN])
            about = " ".join(part for part in (one.name, one.model, one.type and f"type {one.type}") if part)
            told.append(f"announces {one.device}: {about}{': ' if what else ''}{what}")
        return told

    def _stored(self) -> list[str]:
        rows = [list(_row(item).values()) for item in self.decoded.observations[:_SHOWN]]
        if not rows:
            return ["stored    nothing"]
        table = [["device", "metric", "value", "unit", "time", "key", "quality", "with"], *rows]
        cells = [["" if cell is None else _cell(cell) for cell in row] for row in table]
        widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
        rows_told = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
        told = ["stored", *(f"  {row}".rstrip() for row in rows_told)]
        more = len(self.decoded.observations) - len(rows)
        return [*told, f"  … and {more} more"] if more else told

    def _left(self) -> list[str]:
        told = [f"no value  {name}: its path finds nothing in this payload" for name in self._unfound()]
        if self.decoded.skipped:
            words = "null, a state that is none, retained without a time of its own, or no measurement"
            told.append(f"left out  {counted(self.decoded.skipped, 'value')}: {words}")
        for fault in self.decoded.faults:
            more = f" ({fault.count} of them)" if fault.count > 1 else ""
            told.append(f"refused   {fault.cause}{more}: {fault.detail}")
        return told


def _row(item: Observation) -> dict[str, Any]:
    return {
        "device": item.source,
        "metric": item.metric,
        "value": item.text if item.value is None else item.value,
        "unit": item.unit,
        "time": rfc3339(item.ts),
        "key": item.key,
        "quality": "good" if item.quality is Quality.GOOD else str(item.quality.name).lower().replace("|", ", "),
        "attrs": dict(item.attrs) if item.attrs is not None else None,
    }


def _cell(found: Any) -> str:
    text = json.dumps(found, ensure_ascii=False) if isinstance(found, dict) else str(found)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _hint(router: Router, topic: str) -> str:
    """Which pattern fits the longest, and where it does not."""
    levels = topic.split("/")
    best: tuple[int, str] = (0, "")
    for route in router.routes:
        for pattern in route.patterns:
            wanted = pattern.filter.split("/")
            fits = 0
            while fits < min(len(wanted), len(levels)) and wanted[fits] in {"+", levels[fits]}:
                fits += 1
            if fits > best[0] or not best[1]:
                has = f"level {fits + 1} is {levels[fits]!r}" if fits < len(levels) else f"it ends after level {fits}"
                wants = f"not {wanted[fits]!r}" if fits < len(wanted) else f"where {pattern.filter!r} has ended"
                best = (fits, f"; the nearest is {route.name}, {pattern.filter!r}: {has}, {wants}")
    return best[1] or "; hub.yaml has no mappings"

