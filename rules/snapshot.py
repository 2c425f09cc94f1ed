"""The evaluator's state as plain JSON data, and back. Pure.

Times are microseconds since 1970. Observations are written once for each place that keeps them: they are few, since
only the newest of a series and those that speak for a condition are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.model.alert import Evidence, Fire, Severity
from hub.model.observation import Stored
from rules.conditions import Absence, Point, Stretch
from rules.fusion import Past
from rules.group import Group
from rules.rule import Rule
from rules.state import AnyTrack, Pool, Series, Slot, Tally, Track, Windowed, track_of
from rules.take import Window
from rules.window import Instant, instant, moment

FORMAT = 2
"""Raised when what is written changes its meaning; a snapshot of another format is not read."""


@dataclass(frozen=True, slots=True)
class State:
    """``kept`` names the rules whose state still holds, ``known`` all that it is a state of."""

    now: Instant
    heard_from: Instant
    series: Sequence[Series]
    groups: Sequence[Group]
    kept: frozenset[str]
    known: frozenset[str]
    sight: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What belongs to no series and no group. ``sight`` is of ``rules.sight``, as plain data."""

    now: Instant
    heard_from: Instant
    digests: Mapping[str, str]
    sight: Mapping[str, Any]


def encode(frame: Frame, series: Iterable[Series], groups: Iterable[Group]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "now": frame.now,
        "heard_from": frame.heard_from,
        "sight": dict(frame.sight),
        "rules": dict(frame.digests),
        "series": [_encode_series(item) for item in series],
        "groups": [_encode_group(group) for group in groups],
    }


def decode(
    state: Mapping[str, Any], rules: Mapping[str, Rule], lateness: Instant, period_us: Callable[[str], Instant]
) -> State:
    """``period_us``: how often a source reports, by its id. Raises ValueError where ``state`` is not a snapshot of this
    format."""
    if state.get("format") != FORMAT:
        raise ValueError(f"the snapshot has format {state.get('format')!r}, not {FORMAT}")
    try:
        kept = frozenset(
            name for name, digest in state["rules"].items() if name in rules and rules[name].digest == digest
        )
        series = {
            (found.source, found.metric): found
            for found in (_decode_series(item, lateness) for item in state["series"])
        }
        groups = [
            _decode_group(item, there, series, period_us)
            for item in state["groups"]
            if item["rule"] in kept and (there := rules[item["rule"]].at(item["area"])) is not None
        ]
        known = frozenset(state["rules"])
        return State(state["now"], state["heard_from"], list(series.values()), groups, kept, known, state["sight"])
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"the snapshot is damaged: {type(error).__name__}: {error}") from error


def _encode_series(series: Series) -> list[Any]:
    before = None if series.before is None else _encode_point(series.before)
    tail = [_encode_point(point) for point in series.tail]
    times = (series.first, series.newest, series.newest_ts, series.received)
    return [series.source, series.metric, series.area, series.type, *times, before, tail]


def _decode_series(item: Sequence[Any], lateness: Instant) -> Series:
    source, metric, area, type_, first, newest, newest_ts, received, before, tail = item
    series = Series(source, metric, area, type_, lateness)
    series.first = first
    series.newest, series.newest_ts, series.received = newest, newest_ts, received
    series.before = None if before is None else _decode_point(before, series)
    series.tail = [_decode_point(point, series) for point in tail]
    return series


def _encode_group(group: Group) -> dict[str, Any]:
    return {
        "rule": group.rule.name,
        "key": group.key,
        "area": group.area,
        "started": group.started,
        "floor": group.floor,
        "held_to": group.held_to,
        "final": group.final,
        "held_back": group.held_back,
        "told": [str(group.told), group.told_to],
        "border": group.border,
        "past": [[place, past.since, list(past.reached), list(past.held)] for place, past in group.past.items()],
        "active": None if group.active is None else _encode_fire(group.active),
        "tracks": [[[*slot, _encode_track(track)] for slot, track in tracks.items()] for tracks in group.tracks],
    }


def _decode_group(
    item: Mapping[str, Any], rule: Rule, series: Mapping[Slot, Series], period_us: Callable[[str], Instant]
) -> Group:
    group = Group(rule, item["key"], item["area"])
    group.started, group.floor, group.held_to = item["started"], item["floor"], item["held_to"]
    group.final, group.held_back, group.border = item["final"], item["held_back"], item["border"]
    group.told, group.told_to = Severity(item["told"][0]), item["told"][1]
    group.past = {place: Past(since, tuple(reached), tuple(held)) for place, since, reached, held in item["past"]}
    group.active = None if item["active"] is None else _decode_fire(item["active"])
    for index, (condition, tracks) in enumerate(zip(rule.conditions, item["tracks"], strict=True)):
        for source, metric, encoded in tracks:
            heard = [series[tuple(slot)] for slot in encoded.get("series", [[source, metric]])]
            if isinstance(condition, Absence):
                condition = condition.of_period(period_us(source))
            track = track_of(condition, heard[0])
            _fill(track, encoded, {(each.source, each.metric): each for each in heard})
            group.tracks[index][source, metric] = track
    return group


def _encode_track(track: AnyTrack) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not isinstance(track, Track):
        found["series"] = [list(slot) for slot in track.series]
        points = track.points if isinstance(track, Tally) else track.pending
        found["points"] = [[seen.source, seen.metric, _encode_point(point)] for point in points
                           for seen in (point.observation,)]  # fmt: skip
    if not isinstance(track, Tally):
        found["ended"] = [_encode_stretch(stretch) for stretch in track.ended]
        found["current"] = None if track.current is None else _encode_stretch(track.current)
    if isinstance(track, Windowed | Pool):
        window = track.window
        found["window"] = [window.ticked, list(window.panes), window.nth, window.passed]
    if isinstance(track, Pool):
        found["border"] = track.border
    return found


def _fill(track: AnyTrack, encoded: Mapping[str, Any], series: Mapping[Slot, Series]) -> None:
    if not isinstance(track, Track):
        track.series = dict(series)
        # Of a source that is gone nothing is left but what it said.
        any_series = next(iter(series.values()))
        points = [
            _decode_point(point, series.get((source, metric), any_series))
            for source, metric, point in encoded["points"]
        ]
        if isinstance(track, Tally):
            track.points = points
        else:
            track.pending = points
    if not isinstance(track, Tally):
        own = min(series.values(), key=lambda each: each.source)  # by whom a common window calls its values, too
        track.ended = [_decode_stretch(stretch, own) for stretch in encoded["ended"]]
        track.current = None if encoded["current"] is None else _decode_stretch(encoded["current"], own)
    if isinstance(track, Windowed | Pool):
        track.window = Window(track.window.take, *encoded["window"])
    if isinstance(track, Pool):
        track.border = encoded["border"]


def _encode_stretch(stretch: Stretch) -> list[Any]:
    return [stretch.start, stretch.end, _encode_point(stretch.first), _encode_point(stretch.last)]


def _decode_stretch(item: Sequence[Any], series: Series) -> Stretch:
    return Stretch(item[0], item[1], _decode_point(item[2], series), _decode_point(item[3], series))


def _encode_point(point: Point) -> list[Any]:
    seen = point.observation
    return [point.ts, instant(seen.received_at), seen.value, seen.text, seen.attrs]


def _decode_point(item: Sequence[Any], series: Series) -> Point:
    ts, received, value, text, attrs = item
    seen = Stored(
        series.source, series.area, series.type, series.metric, moment(ts), moment(received), value, text, attrs
    )
    return Point(min(ts, received), ts, value, seen)


def _encode_fire(fire: Fire) -> dict[str, Any]:
    return {
        "rule": fire.rule,
        "fingerprint": fire.fingerprint,
        "severity": str(fire.severity),
        "area": fire.area,
        "sources": list(fire.sources),
        "summary": fire.summary,
        "started_at": instant(fire.started_at),
        "reason": fire.reason,
        "detail": None if fire.detail is None else dict(fire.detail),
        "evidence": [
            [item.source, item.metric, instant(item.ts), item.value, item.text, item.attrs] for item in fire.evidence
        ],
    }


def _decode_fire(item: Mapping[str, Any]) -> Fire:
    evidence = (
        Evidence(source, metric, moment(ts), value, text, attrs)
        for source, metric, ts, value, text, attrs in item["evidence"]
    )
    values = {
        **item,
        "severity": Severity(item["severity"]),
        "sources": tuple(item["sources"]),
        "started_at": moment(item["started_at"]),
        "evidence": tuple(evidence),
    }
    return Fire(**values)
