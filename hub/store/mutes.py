"""What mutes alerts, as rows: the topology, which rule mutes which, what is on, and what each of them has muted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from hub.config.topology import ThingSettings
from hub.model.alert import Severity
from hub.model.area import Within, beginnings
from hub.model.group import Counted
from hub.model.source import SourceState
from hub.model.topology import Topology
from hub.store.sql import sql
from hub.store.store import Store, Tx

_TOPOLOGY, _INHIBITIONS = "topology", "inhibitions"
_PARSED: dict[str, tuple[str, Any]] = {}
"""By name: the digest of what was read last, and what was made of it. A city's topology has thousands of things, and is
asked for with every batch that raises an alert."""


@dataclass(frozen=True, slots=True)
class Active:
    """An alert that is on."""

    rule: str
    severity: Severity
    area: str
    sources: tuple[str, ...]
    fingerprint: str = ""
    id: int = 0
    suppressed_by: str | None = None


def put_topology(tx: Tx, things: Sequence[ThingSettings]) -> None:
    """Make the topology be this."""
    _put(tx, _TOPOLOGY, [thing.model_dump(mode="json", exclude_defaults=True) for thing in things])


def put_inhibitions(tx: Tx, inhibitions: Mapping[str, Collection[str]]) -> None:
    """Make these the rules that mute others: rule → those it mutes."""
    _put(tx, _INHIBITIONS, {rule: sorted(muted) for rule, muted in sorted(inhibitions.items()) if muted})


def rules(tx: Tx) -> tuple[Topology, Mapping[str, Collection[str]]]:
    """The topology, and the inhibitions. What is as it was at the last call is not read again."""
    known = [digest for digest, _ in _PARSED.values()]
    found: dict[str, Any] = {}
    for row in tx.execute(sql["muting_rules"], {"known": known}).fetchall():
        name, body = row["name"], row["body"]
        if body is not None:
            _PARSED[name] = row["digest"], _things(body) if name == _TOPOLOGY else body
        found[name] = _PARSED[name][1]
    return found.get(_TOPOLOGY, Topology(())), found.get(_INHIBITIONS, {})


def causes(tx: Tx, rules: Collection[str]) -> list[Active]:
    """The alerts of ``rules`` that are on, but for those that are out of service; the oldest first."""
    return [_active(row) for row in tx.execute(sql["mute_causes"], {"rules": list(rules)}).fetchall()]


def states(tx: Tx, patterns: Collection[str]) -> dict[str, SourceState]:
    """Of sources whose ids match (``*`` is anything)."""
    like = [_like(pattern) for pattern in patterns if "*" in pattern]
    params = {"ids": [pattern for pattern in patterns if "*" not in pattern], "patterns": like}
    return {row["source"]: SourceState(row["state"]) for row in tx.execute(sql["mute_states"], params).fetchall()}


def types(tx: Tx, sources: Collection[str]) -> dict[str, str]:
    return {row["id"]: row["type"] for row in tx.execute(sql["mute_types"], {"ids": list(sources)}).fetchall()}


def sources_within(tx: Tx, within: Within) -> list[str]:
    """Ids."""
    return [row["id"] for row in tx.execute(sql["mute_sources"], {"within": beginnings(within)}).fetchall()]


def active(tx: Tx, *, suppressed_only: bool) -> list[Active]:
    """Every alert that is on, or those of them that are muted; the oldest first."""
    return [_active(row) for row in tx.execute(sql["mute_active"], {"all": not suppressed_only}).fetchall()]


def note(tx: Tx, muted: Sequence[tuple[str, int]]) -> None:
    """Keep (cause, alert): what was muted by what."""
    if muted:
        causes, alerts = zip(*muted, strict=True)
        tx.execute(sql["muted_put"], {"causes": list(causes), "alerts": list(alerts)})


def count_alike(store: Store, within: Within) -> list[Counted]:
    """All open alerts, counted, within some subtrees of areas."""
    rows = store.fetch(sql["alert_alike"], {"within": beginnings(within)})
    return [Counted(**{**row, "severity": Severity(row["severity"])}) for row in rows]


def _things(body: Sequence[Any]) -> Topology:
    return Topology(ThingSettings.model_validate(each).thing() for each in body)


def _put(tx: Tx, name: str, body: Any) -> None:
    text = json.dumps(body, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    tx.execute(sql["muting_put"], {"name": name, "digest": digest, "body": Jsonb(body)})


def _like(pattern: str) -> str:
    for mark in "\\%_":
        pattern = pattern.replace(mark, f"\\{mark}")
    return pattern.replace("*", "%")


def _active(row: dict[str, Any]) -> Active:
    return Active(**{**row, "severity": Severity(row["severity"]), "sources": tuple(row["sources"])})
