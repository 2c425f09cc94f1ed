"""Sparkplug B (Eclipse Sparkplug 3.0.0): births, data and deaths of edge nodes and of the devices behind them.

A birth tells the metrics with their names, types and aliases; data may then name a metric by its alias alone. So what
was born is remembered, per edge node and bounded. A missing message (``seq`` jumps) and data without a birth make the
hub ask the node for a rebirth, which it answers with everything it has. The hub is not a primary host: it neither
publishes STATE nor makes nodes wait for it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.message import DecodeError

from hub.errors import Refused
from hub.model.times import rfc3339
from ingest.mqtt import values
from ingest.mqtt.decoded import Announced, Cause, Decoded, refused
from ingest.mqtt.mapping import instants, units
from ingest.mqtt.mapping.codec import Surroundings
from ingest.mqtt.mapping.desk import Desk, Made
from ingest.mqtt.mapping.names import MAX_NAME, Template, metric_name
from ingest.mqtt.mapping.sparkplug_payload import DataType, Payload
from ingest.mqtt.mapping.tray import Tray
from ingest.mqtt.message import Message
from ingest.mqtt.values import short

ASK_AGAIN_AFTER = timedelta(seconds=10)
MISSED_METRIC = "device.missed"
"""How many messages of an edge node never came, told where the hole is noticed."""
MAX_NODES = 5_000
MAX_DEVICES = 5_000
"""Behind one node."""
MAX_METRICS = 200_000
"""Remembered of all nodes; whoever is heard least recently is forgotten first, and asked when it speaks again."""
_SEQUENCE = 256
_UNIT_KEYS = frozenset({"engunit", "engineeringunits", "engineering units", "unit", "units"})
_SIGNED: Mapping[int, int] = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_KINDS: Mapping[int, str] = {
    DataType.TEMPLATE: "a template", DataType.DATA_SET: "a data set", DataType.FILE: "a file",
}  # fmt: skip
_OPAQUE = frozenset({"bytes_value", "dataset_value", "template_value"})
_LEVELS = {"NBIRTH": 3, "NDATA": 3, "NDEATH": 3, "DBIRTH": 4, "DDATA": 4, "DDEATH": 4}
_CONTROL = ("Node Control/", "Device Control/")
_REBIRTH = "Node Control/Rebirth"


@dataclass(frozen=True, slots=True)
class Known:
    """A metric as its birth told it. ``device`` is "" for one of the node itself."""

    device: str
    name: str
    datatype: int
    unit: str
    alias: int | None = None


@dataclass(slots=True)
class Node:
    """An edge node, from one birth to the next."""

    born: bool = False
    bd_seq: int | None = None
    seq: int | None = None
    by_alias: dict[int, Known] = field(default_factory=dict)
    by_name: dict[str, dict[str, Known]] = field(default_factory=dict)
    """By device, then by name."""
    size: int = 0
    """Metrics that are remembered."""
    devices: set[str] = field(default_factory=set)
    asked_at: datetime | None = None

    def forget(self, device: str | None = None) -> None:
        """All of it, or one device: of a node with many, each of which is born, only its own are looked at."""
        if device is None:
            self.by_alias, self.by_name, self.size = {}, {}, 0
            return
        gone = self.by_name.pop(device, {})
        self.size -= len(gone)
        for known in gone.values():
            if known.alias is not None and self.by_alias.get(known.alias) is known:
                del self.by_alias[known.alias]

    def learn(self, known: Known) -> None:
        """A name that comes twice in one birth keeps its first meaning: there are no more aliases than names."""
        of_device = self.by_name.setdefault(known.device, {})
        if known.name in of_device or len(known.name) > MAX_NAME:
            return
        of_device[known.name] = known
        self.size += 1
        if known.alias is not None:
            self.by_alias[known.alias] = known

    def named(self, device: str, name: str) -> Known | None:
        return self.by_name.get(device, {}).get(name)


class Sparkplug:
    """Names for the templates: ``{group}``, ``{edge}``, ``{device}``."""

    def __init__(self, surroundings: Surroundings, prefix: str, node: Template, device: Template) -> None:
        self._surroundings = surroundings
        self._prefix = prefix
        self._node_name = node
        self._device_name = device
        self._nodes: OrderedDict[tuple[str, str], Node] = OrderedDict()
        self._metrics = 0

    def decode(self, message: Message, _found: Mapping[str, str]) -> Decoded:
        levels = message.topic[len(self._prefix) + 1 :].split("/")
        kind = levels[1] if len(levels) > 1 else ""
        if len(levels) != _LEVELS.get(kind):
            return Decoded(skipped=1)  # commands, and what hosts say of themselves
        found = dict(zip(("group", "kind", "edge", "device"), levels, strict=False))
        try:
            values.check_size(message.payload)
            payload = Payload.FromString(message.payload)
            node_id = self._node_name.device(found)
            source = self._device_name.device(found) if "device" in found else node_id
        except DecodeError as error:
            return refused(Refused(Cause.NOT_PROTOBUF, f"not a Sparkplug B payload: {str(error)[:120]}"))
        except Refused as error:
            return refused(error)
        key = (found["group"], found["edge"])
        node = self._nodes.pop(key, None) or Node()
        self._nodes[key] = node
        self._metrics -= node.size
        tray = Tray(message, self._surroundings.accept)
        talk = _Talk(self, key, node, node_id, source, found.get("device", ""), tray)
        talk.hear(kind, payload, message)
        self._metrics += node.size
        while len(self._nodes) > MAX_NODES or (self._metrics > MAX_METRICS and len(self._nodes) > 1):
            self._metrics -= self._nodes.popitem(last=False)[1].size
        return talk.tray.decoded()

    def ask_rebirth(self, key: tuple[str, str], node: Node, node_id: str, at: datetime) -> None:
        """Once in a while; of several workers the one that the node belongs to."""
        if node.asked_at is not None and timedelta(0) <= at - node.asked_at < ASK_AGAIN_AFTER:
            return
        node.asked_at = at
        if not self._surroundings.owns(node_id):
            return
        now_ms = int(at.timestamp() * 1000)
        payload = Payload(timestamp=now_ms)
        payload.metrics.add(name=_REBIRTH, timestamp=now_ms, datatype=DataType.BOOLEAN, boolean_value=True)
        self._surroundings.send(f"{self._prefix}/{key[0]}/NCMD/{key[1]}", payload.SerializeToString())


@dataclass(frozen=True, slots=True)
class _Talk:
    """One message of a node. ``device`` is the last level of the topic, "" for one of the node itself."""

    codec: Sparkplug
    key: tuple[str, str]
    node: Node
    node_id: str
    source: str
    device: str
    tray: Tray

    def hear(self, kind: str, payload: Any, message: Message) -> None:
        if kind == "NDEATH":
            self._node_died(payload)
            return
        if kind == "NBIRTH":
            self._node_born(payload)
        elif not message.again:  # what is delivered again has a number that was counted before
            self._count(payload, message)
        if kind == "DDEATH":
            self._device_died()
        elif kind in {"NBIRTH", "DBIRTH"}:
            self._born(payload)
        else:
            self._data(payload, message)

    def _node_died(self, payload: Any) -> None:
        bd_seq = _bd_seq(payload)
        if self.node.born and None not in (bd_seq, self.node.bd_seq) and bd_seq != self.node.bd_seq:
            self.tray.skipped += 1  # the will of an earlier connection, which the node has survived
            return
        self.tray.online(self.node_id, False)
        for source in sorted(self.node.devices):
            self.tray.online(source, False)
        self.node.born, self.node.seq = False, None
        self.node.devices.clear()
        self.node.forget()

    def _node_born(self, payload: Any) -> None:
        self.node.forget()
        self.node.devices.clear()
        self.node.born, self.node.bd_seq, self.node.asked_at = True, _bd_seq(payload), None
        self.node.seq = payload.seq % _SEQUENCE if payload.HasField("seq") else None

    def _count(self, payload: Any, message: Message) -> None:
        if not payload.HasField("seq"):
            return
        seq, last = payload.seq % _SEQUENCE, self.node.seq
        self.node.seq = seq
        if last is None or not self.node.born:
            return
        missed = (seq - last - 1) % _SEQUENCE
        if missed:
            self.tray.add(self.node_id, MISSED_METRIC, missed, self.tray.stamp(None), "{messages}")
            self.codec.ask_rebirth(self.key, self.node, self.node_id, message.received_at)

    def _device_died(self) -> None:
        self.tray.online(self.source, False)
        self.node.devices.discard(self.source)
        self.node.forget(self.device)

    def _born(self, payload: Any) -> None:
        if self.device:
            if len(self.node.devices) >= MAX_DEVICES and self.source not in self.node.devices:
                words = f"more than {MAX_DEVICES} devices behind one edge node"
                self.tray.fault(Refused(Cause.TOO_LARGE, words), self.source)
                return
            self.node.forget(self.device)
            self.node.devices.add(self.source)
        announced: dict[str, str] = {}
        self.tray.online(self.source, True)
        for metric in payload.metrics:
            if not metric.name or self.node.size >= MAX_METRICS:
                continue
            alias = metric.alias if metric.HasField("alias") else None
            known = Known(self.device, metric.name, metric.datatype, _unit(metric), alias)
            self.node.learn(known)
            if not _is_control(metric.name):
                announced[_announced_name(metric.name)] = known.unit
            self._take(metric, known, payload)
        name = self.device or self.key[1]
        self.tray.announce(Announced(self.source, name, "", "Sparkplug B", announced))

    def _data(self, payload: Any, message: Message) -> None:
        unborn = not self.node.born or (bool(self.device) and self.source not in self.node.devices)
        nameless = 0
        for metric in payload.metrics:
            if metric.name:
                known = self.node.named(self.device, metric.name)
                known = known or Known(self.device, metric.name, metric.datatype, _unit(metric))
            else:
                by_alias = self.node.by_alias.get(metric.alias) if metric.HasField("alias") else None
                if by_alias is None or by_alias.device != self.device:
                    nameless += 1
                    continue
                known = by_alias
            self._take(metric, known, payload)
        if nameless:
            words = f"alias without a birth that tells its name: a rebirth of {'/'.join(self.key)} is asked for"
            self.tray.fault(Refused(Cause.NO_BIRTH, words), self.source, nameless)
        if unborn or nameless:
            self.codec.ask_rebirth(self.key, self.node, self.node_id, message.received_at)

    def _take(self, metric: Any, known: Known, payload: Any) -> None:
        if _is_control(known.name) or metric.is_null or metric.WhichOneof("value") is None:
            self.tray.skipped += 1
            return
        try:
            found = _value(metric, known.datatype or metric.datatype)
            told = metric.timestamp if metric.HasField("timestamp") else None
            if told is None and payload.HasField("timestamp"):
                told = payload.timestamp
            own = instants.counted(told, 1e-3) if told else None
        except Refused as error:
            self.tray.fault(error, self.source)
            return
        stamp = self.tray.stamp(own, "", (known.name, found))
        self.tray.add(self.source, known.name, found, stamp, known.unit)


def _value(metric: Any, datatype: int) -> float | bool | str:
    """Raises Refused for what is neither a number, a text nor a truth value."""
    which = metric.WhichOneof("value")
    if which in _OPAQUE:
        what = _KINDS.get(datatype, "bytes or an array")
        words = f"{short(metric.name)} is {what}; the hub keeps numbers, texts and truth values"
        raise Refused(Cause.UNSUPPORTED, words)
    found: float | bool | str = getattr(metric, which)
    bits = _SIGNED.get(datatype)
    if bits is not None and isinstance(found, int):
        # Two's complement in an unsigned field (6.4.17).
        found &= (1 << bits) - 1
        return found - (1 << bits) if found >> (bits - 1) else found
    if datatype == DataType.DATE_TIME and isinstance(found, int):
        return rfc3339(instants.counted(found, 1e-3).astimezone(UTC))
    return found




def _unit(metric: Any) -> str:
    for key, prop in zip(metric.properties.keys, metric.properties.values, strict=False):
        if key.strip().lower() in _UNIT_KEYS and prop.WhichOneof("value") == "string_value":
            return units.common(prop.string_value)
    return ""


def _bd_seq(payload: Any) -> int | None:
    for metric in payload.metrics:
        if metric.name == "bdSeq" and metric.WhichOneof("value") in {"long_value", "int_value"}:
            return int(metric.long_value or metric.int_value) % _SEQUENCE
    return None


def _is_control(name: str) -> bool:
    return name == "bdSeq" or name.startswith(_CONTROL)


def _announced_name(name: str) -> str:
    try:
        return metric_name(name)
    except Refused:
        return ""


def make(desk: Desk) -> Made:
    prefix = desk.prefix("spBv1.0")
    node = desk.template("node", desk.settings.node or "{group}.{edge}", {"group", "edge"})
    names = {"group", "edge", "device"}
    device = desk.template("device", desk.settings.device or "{group}.{edge}.{device}", names)
    if device is not None and "device" not in device.names:
        desk.wrong(("device",), "needs {device}: else all devices behind a node would be one")
    # One subscription: brokers keep the order within one (MQTT 5, 4.6), and nats-server between several does not.
    found = desk.patterns(f"{prefix}/#")
    if node is None or device is None or desk.problems:
        return None
    return Sparkplug(desk.surroundings, prefix, node, device), found
