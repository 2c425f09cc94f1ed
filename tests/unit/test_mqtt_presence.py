"""Whether a device is watching: what is told to the store, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from hub.clock import SimulatedClock
from hub.config.device_types import TypeSettings
from hub.model.observation import Observation
from hub.model.quality import Quality
from hub.model.source import SourceState
from hub.model.times import format_duration
from ingest.mqtt.presence import Past, Presence, Profile

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Watch:
    """A presence on a simulated clock, with a store that takes what it is told."""

    def __init__(self, *, heard_before: bool = True) -> None:
        self.clock = SimulatedClock(T0)
        self.presence = Presence()
        self.presence.know(["a"], ["a"] if heard_before else [], self.clock.monotonic())

    def heard(self) -> None:
        self.presence.heard("a", self.clock.now(), self.clock.monotonic())

    def status(self, online: bool, *, retained: bool = False) -> bool:
        return self.presence.status("a", online, self.clock.now(), self.clock.monotonic(), retained=retained)

    def after(self, seconds: float, *, deaf: bool = False) -> list[tuple[SourceState, str]]:
        """What is reported then."""
        self.clock.advance(seconds)
        due = self.presence.due(self.clock.now(), self.clock.monotonic(), deaf=deaf)
        self.presence.reported(due, self.clock.monotonic())
        self.last = due
        return [(health.state, health.reason) for health in due]


WATCHING = (SourceState.WATCHING, "")
SILENT = (SourceState.SILENT, "nothing heard for more than 1m")


def test_a_device_watches_from_its_first_word_and_falls_silent_a_minute_after_its_last() -> None:
    watch = Watch()
    assert watch.after(1) == []
    watch.heard()
    assert watch.after(1) == [WATCHING]
    assert watch.after(30) == []
    watch.heard()
    assert watch.after(59) == [WATCHING], "only the time at which it was last heard is written, once a minute"
    assert watch.after(2) == [SILENT]
    assert watch.last[0].since == T0 + timedelta(seconds=32), "it has been blind since its last word"
    assert watch.after(600) == []
    watch.heard()
    assert watch.after(1) == [WATCHING]


def test_seen_at_is_refreshed_once_a_minute_however_often_it_speaks() -> None:
    watch = Watch()
    reports = 0
    for _ in range(300):
        watch.heard()
        reports += len(watch.after(1))
    assert 5 <= reports <= 6


def test_a_device_that_was_never_heard_of_stays_unknown() -> None:
    watch = Watch(heard_before=False)
    assert watch.after(3600) == []
    watch.heard()
    assert watch.after(1) == [WATCHING]


def test_a_device_that_is_not_heard_of_after_a_restart_falls_silent() -> None:
    watch = Watch()
    assert watch.after(59) == []
    assert watch.after(2) == [SILENT]


def test_offline_is_told_at_once_and_ends_with_the_next_word() -> None:
    watch = Watch()
    watch.heard()
    watch.after(1)
    assert watch.status(False)
    assert [state for state, _ in watch.after(1)] == [SourceState.OFFLINE]
    assert watch.after(600) == [], "offline does not become silent"
    watch.heard()
    assert watch.after(1) == [WATCHING]


def test_online_is_a_sign_of_life_unless_it_was_retained() -> None:
    watch = Watch()
    assert watch.status(True, retained=True)
    assert watch.after(1) == []
    assert watch.status(True)
    assert watch.after(1) == [WATCHING]


def test_a_retained_status_that_is_known_already_is_no_news() -> None:
    watch = Watch()
    assert watch.status(False, retained=True)
    assert not watch.status(False, retained=True)
    assert watch.status(True, retained=True)
    assert watch.status(True), "said anew, it is"


def test_a_device_whose_words_are_refused_does_not_watch_and_the_reason_says_so() -> None:
    watch = Watch(heard_before=False)
    watch.presence.complain("a", "not_json")
    assert watch.after(1) == []
    assert watch.after(60) == [(SourceState.SILENT, "what it sends is refused: not_json")]
    watch.presence.complain("a", "too_old")
    assert watch.after(1) == [], "the reason does not change with every message"


def test_an_answer_to_a_command_is_a_sign_of_life() -> None:
    watch = Watch(heard_before=False)
    watch.status(False)
    watch.presence.alive("a", watch.clock.now(), watch.clock.monotonic())
    assert watch.after(1) == [WATCHING]
    assert watch.last[0].seen_at == T0
    assert watch.after(60) == [SILENT]


def test_what_is_read_again_is_a_sign_of_life_at_its_own_time_and_only_where_nothing_came_since() -> None:
    watch = Watch(heard_before=False)
    watch.clock.advance(600)
    now_s = watch.clock.monotonic()
    for seconds in (0, 30, 10):
        watch.presence.heard_then("a", T0 + timedelta(seconds=seconds), watch.clock.now(), now_s)
    assert watch.after(1) == [SILENT]
    assert watch.last[0].seen_at == T0 + timedelta(seconds=30)
    watch.presence.heard_then("a", watch.clock.now(), watch.clock.now(), watch.clock.monotonic())
    assert watch.after(1) == [WATCHING]
    watch = Watch()
    watch.presence.heard_then("a", watch.clock.now() - timedelta(hours=1), watch.clock.now(), now_s)
    assert watch.after(1) == [], "it was heard before, and may speak yet"


def test_silence_while_the_broker_is_away_is_told_apart_and_told_once() -> None:
    watch = Watch()
    watch.heard()
    watch.after(1)
    assert watch.after(60, deaf=True) == [(SourceState.SILENT, "the hub has no connection to the broker")]
    assert watch.after(10, deaf=False) == []


def test_everything_is_told_again_after_the_store_was_away() -> None:
    watch = Watch()
    watch.heard()
    watch.after(1)
    watch.presence.forget_reported()
    assert watch.after(1) == [WATCHING]


def test_a_device_that_was_removed_is_forgotten() -> None:
    watch = Watch()
    watch.presence.know([], [], watch.clock.monotonic())
    watch.heard()
    assert not watch.status(True)
    assert watch.after(100) == []


@pytest.mark.parametrize("jump_h", [-1, 1])
def test_setting_the_clock_of_the_host_silences_nobody(jump_h: int) -> None:
    watch = Watch()
    watch.heard()
    watch.after(1)
    moved = watch.clock.now() + timedelta(hours=jump_h)
    assert watch.presence.due(moved, watch.clock.monotonic()) == []


# --- the period of a device, and its silence as an observation ------------------------------------------------------


def known(
    *, period_s: float = 0.0, past: Past | None = None, kind: TypeSettings | None = None
) -> tuple[Presence, SimulatedClock]:
    clock, presence = SimulatedClock(T0), Presence()
    profile = Profile(kind or TypeSettings(), period_s)
    presence.know(["a"], ["a"], clock.monotonic(), {"a": profile}, {} if past is None else {"a": past})
    return presence, clock


def turns(presence: Presence, clock: SimulatedClock, *, deaf: bool = False) -> list[float | None]:
    presence.due(clock.now(), clock.monotonic(), deaf=deaf)
    return [item.value for item in presence.turned()]


@pytest.mark.parametrize(
    ("of_type_s", "own_s", "silent_s"), [(20, 0, 60), (20, 5, 15), (1, 0, 10), (600, 0, 1800), (0, 0, 60)]
)
def test_a_device_is_silent_after_three_of_its_periods(of_type_s: float, own_s: float, silent_s: float) -> None:
    kind = TypeSettings(period=timedelta(seconds=of_type_s) if of_type_s else None)
    presence, clock = known(period_s=own_s, kind=kind)
    presence.heard("a", clock.now(), clock.monotonic())
    clock.advance(silent_s - 1)
    assert turns(presence, clock) == []
    clock.advance(1)
    assert turns(presence, clock) == [1.0]
    [health] = presence.due(clock.now(), clock.monotonic())
    assert health.reason == f"nothing heard for more than {format_duration(timedelta(seconds=silent_s))}"


def test_silence_and_its_end_are_told_once_each_and_again_where_there_was_no_room() -> None:
    presence, clock = known()
    clock.advance(60)
    presence.due(clock.now(), clock.monotonic())
    taken = presence.turned()
    assert [(item.metric, item.value, item.ts) for item in taken] == [("device.silent", 1.0, clock.now())]
    assert turns(presence, clock) == []
    presence.heard("a", clock.now(), clock.monotonic())
    presence.turned_again(taken)
    assert turns(presence, clock) == [1.0, 0.0]


def test_a_last_will_is_silence_at_once() -> None:
    presence, clock = known()
    presence.status("a", False, clock.now(), clock.monotonic(), retained=True)
    assert turns(presence, clock) == [1.0]


def test_what_was_silent_before_a_restart_is_not_told_again() -> None:
    presence, clock = known(past=Past(SourceState.SILENT))
    clock.advance(60)
    assert turns(presence, clock) == []
    presence.heard("a", clock.now(), clock.monotonic())
    assert turns(presence, clock) == [0.0]


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (SourceState.WATCHING, ""),
        (SourceState.SILENT, "what it sends is refused: bad_values"),
        (SourceState.OFFLINE, "it said so"),
        (SourceState.UNKNOWN, "not heard of yet"),
    ],
)
def test_what_was_known_before_its_worker_was_down_is_said_again_as_soon_as_there_is_a_broker(
    before: SourceState, reason: str
) -> None:
    was_heard = before in {SourceState.WATCHING, SourceState.OFFLINE}
    presence, clock = Presence(), SimulatedClock(T0)
    past = Past(before, was_heard, {}, reason, T0 - timedelta(hours=1), lost=True)
    presence.know(["a"], ["a"] if was_heard else [], clock.monotonic(), {}, {"a": past})
    assert presence.due(clock.now(), clock.monotonic(), deaf=True) == []
    clock.advance(2)
    [health] = presence.due(clock.now(), clock.monotonic())
    assert (health.state, health.reason, health.seen_at) == (before, reason, None)
    presence.reported([health], clock.monotonic())
    clock.advance(70)
    later = presence.due(clock.now(), clock.monotonic())
    if before is SourceState.WATCHING:
        assert health.since == T0 + timedelta(seconds=2), "nobody looked before"
        assert [(item.state, item.since) for item in later] == [(SourceState.SILENT, health.since)]
    else:
        assert later == [], "it is as it was until it speaks"


def test_nothing_is_known_of_the_period_of_a_device_that_never_said_anything() -> None:
    presence, clock = known(period_s=10)
    clock.advance(100)
    [health] = presence.due(clock.now(), clock.monotonic())
    assert dict(health.detail) == {"period_s": 10}


def test_while_the_hub_has_no_broker_no_device_is_said_to_be_silent_until_it_had_its_time() -> None:
    presence, clock = known()
    clock.advance(100)
    assert turns(presence, clock, deaf=True) == []
    clock.advance(59)
    assert turns(presence, clock) == []
    clock.advance(1)
    assert turns(presence, clock) == [1.0]


def test_the_condition_of_a_device_goes_with_its_health_and_is_known_after_a_restart() -> None:
    kind = TypeSettings.model_validate({"period": "10s", "metrics": {"x": {"max": 5, "frozen_after": "1m"}}})
    presence, clock = known(kind=kind)
    for number in range(30):
        said = [
            Observation("a", "x", clock.now(), clock.now(), 9.0 if number == 3 else 1.0, key=str(number)),
            Observation("a", "battery", clock.now(), clock.now(), 12.0, key=str(number)),
        ]
        presence.heard("a", clock.now(), clock.monotonic(), said)
        presence.checks.check(said)
        clock.advance(10 if number != 20 else 30)
    [health] = presence.due(clock.now(), clock.monotonic())
    detail = health.detail
    assert (detail["period_s"], detail["missed"], detail["gaps"], detail["battery"]) == (10.0, 2, 0, 12.0)
    assert detail["flags"]["out_of_range"] == 1
    assert set(detail["problems"]) == {"battery", "values"}
    assert detail["held"] == {"x": [1.0, "2026-03-01T12:00:00.000000Z"]}
    assert json.loads(json.dumps(detail)) == detail
    again, later = known(kind=kind, past=Past(detail=detail))
    again.heard("a", later.now(), later.monotonic())
    [remembered] = again.due(later.now(), later.monotonic())
    for key in ("flags", "flagged_at", "battery", "problems"):
        assert remembered.detail[key] == detail[key]
    later.advance(1000)
    [marked] = again.checks.check([Observation("a", "x", later.now(), later.now(), 1.0)])
    assert marked.quality == Quality.FROZEN


def test_a_value_that_was_implausible_is_a_problem_for_an_hour() -> None:
    presence, clock = known(kind=TypeSettings.model_validate({"metrics": {"x": {"max": 5}}}))
    presence.checks.check([Observation("a", "x", clock.now(), clock.now(), 9.0)])
    for minutes, expected in ((59, ["values"]), (2, [])):
        clock.advance(minutes * 60)
        presence.heard("a", clock.now(), clock.monotonic())
        [health] = presence.due(clock.now(), clock.monotonic())
        assert health.detail.get("problems", []) == expected
