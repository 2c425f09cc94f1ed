"""Events as they go over the wire, and who is given which."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.api import frames, live
from dashboard.api.frames import Event
from dashboard.api.live import Client, Live, Parcel
from hub.clock import SimulatedClock
from hub.model.observation import Stored
from hub.model.person import Person, Standing
from hub.model.rights import EVERYWHERE, Grant, Role
from hub.store.journal import Entry
from hub.tally import Tally

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entry(kind: str, body: Mapping[str, Any], area: str | None = "qth/g1") -> Entry:
    return Entry(7, AT, kind, "1", area, "otto", "acknowledged", body)


def data(frame: bytes) -> tuple[list[str], Any]:
    *head, last = frame.decode().removesuffix("\n\n").split("\n")
    assert last.startswith("data: ")
    return head, json.loads(last.removeprefix("data: "))


def test_an_alert_is_told_with_the_name_of_its_area() -> None:
    body = {"note": "第一行\nsecond line", "alert": {"id": 1, "area": "qth/g1"}}
    event = frames.of_entry(entry("alert", body), {"qth/g1": "一号网格"})
    assert event is not None
    head, said = data(event.frame)
    assert (event.id, event.area, head) == (7, "qth/g1", ["event: alert", "id: 7"])
    assert said == {
        "change": "acknowledged", "at": "2026-03-01T12:00:00.000000Z", "actor": "otto", "note": "第一行\nsecond line",
        "alert": {"id": 1, "area": "qth/g1", "area_name": "一号网格"},
    }  # fmt: skip


def test_an_area_without_a_name_is_told_by_its_path() -> None:
    event = frames.of_entry(entry("incident", {"incident": {"id": 3}, "alert": 1}), {})
    assert event is not None
    assert data(event.frame)[1] == {"change": "acknowledged", "incident": {"id": 3, "area_name": "qth/g1"}}


def test_rows_of_other_kinds_are_not_told() -> None:
    assert frames.of_entries([entry("person", {}), entry("source", {"source": "x"})], {}) == [
        frames.Event(7, "qth/g1", b'event: source\nid: 7\ndata: {"source":"x"}\n\n')
    ]


@pytest.mark.parametrize(("value", "said"), [(1.5, 1.5), (None, None), (float("nan"), None), (float("inf"), None)])
def test_an_observation_is_json_whatever_its_value(value: float | None, said: float | None) -> None:
    frame = frames.observations([Stored("s", "qth/g1", "smoke", "smoke", AT, AT, value, None, {"big": 1}, 5)])
    assert data(frame) == (
        ["event: observation"],
        {
            "items": [
                {
                    "source": "s", "area": "qth/g1", "metric": "smoke", "ts": "2026-03-01T12:00:00.000000Z",
                    "received_at": "2026-03-01T12:00:00.000000Z", "value": said, "text": None,
                    "flags": ["out_of_range", "jumping"],
                }
            ]
        },
    )  # fmt: skip


def told(parcels: Sequence[Parcel]) -> list[bytes]:
    return [parcel.frames for parcel in parcels]


def test_a_client_takes_all_that_waits_at_once_and_in_order() -> None:
    async def scene() -> None:
        client = Client("session:1", [EVERYWHERE], None)
        assert await client.take(0.001) == []
        client.offer(Parcel(b"a"))
        client.offer(Parcel(b"b"))
        assert told(await client.take(60)) == [b"a", b"b"]
        taking = asyncio.create_task(client.take(60))
        await asyncio.sleep(0)
        client.offer(Parcel(b"c"))
        assert told(await taking) == [b"c"]
        taking = asyncio.create_task(client.take(60))
        await asyncio.sleep(0)
        client.close()
        assert await taking == []

    asyncio.run(scene())


def test_while_nobody_is_busy_with_the_connection_what_comes_goes_straight_to_it_and_else_it_waits() -> None:
    async def scene() -> None:
        client = Client("session:1", [EVERYWHERE], None)
        written: list[bytes] = []
        takes = [True]

        def write(chunk: bytes) -> bool:
            if takes[0]:
                written.append(chunk)
            return takes[0]

        client.write_at_once = write
        client.offer(Parcel(b"before anybody waits"))
        assert told(await client.take(60)) == [b"before anybody waits"]
        taking = asyncio.create_task(client.take(60))
        await asyncio.sleep(0)
        client.offer(Parcel(b"0123456789"))
        assert written == [b"a\r\n0123456789\r\n"]
        takes[0] = False
        client.offer(Parcel(b"the other side is slow"))
        takes[0] = True
        client.offer(Parcel(b"and this comes after it"))
        assert told(await taking) == [b"the other side is slow", b"and this comes after it"]
        assert len(written) == 1

    asyncio.run(scene())


def test_what_a_client_was_told_already_is_not_told_again() -> None:
    async def scene() -> None:
        client = Client("session:1", [EVERYWHERE], None)
        written: list[bytes] = []

        def write(chunk: bytes) -> bool:
            written.append(chunk)
            return True

        client.write_at_once = write
        client.sent = 8
        taking = asyncio.create_task(client.take(60))
        await asyncio.sleep(0)
        client.offer(Parcel.of([Event(number, None, b"%d " % number) for number in (7, 8, 9, 10)]))
        [parcel] = await taking
        assert (written, parcel.after(8), parcel.after(6)) == ([], b"9 10 ", b"7 8 9 10 ")

    asyncio.run(scene())


def test_what_is_the_same_for_many_is_put_together_once_and_each_sees_their_areas_only() -> None:
    async def scene() -> None:
        hub = Live(["rules"], SimulatedClock(AT), Tally())
        clients = [Client(f"session:{number}", within, None) for number, within in enumerate((["a"], ["a"], ["b"]))]
        for client in clients:
            hub.join(client)
        hub.publish(3, [Event(1, "a/g1", b"one "), Event(2, "b", b"two "), Event(3, None, b"three ")])
        [first], [second], [third] = [await client.take(60) for client in clients]
        assert first is second
        assert told([first, third]) == [b"one three ", b"two three "]

    asyncio.run(scene())


def test_a_client_that_is_full_is_closed_and_keeps_nothing() -> None:
    async def scene() -> None:
        client = Client("session:1", [EVERYWHERE], None)
        client.offer(Parcel(b"x" * (live.MAX_QUEUED_BYTES - 10)))
        client.offer(Parcel(b"x" * 10))
        states = [client.closed]
        client.offer(Parcel(b"x"))
        states.append(client.closed)
        assert states == [False, True]
        assert await client.take(60) == []

    asyncio.run(scene())


def test_what_was_taken_no_longer_fills_the_queue() -> None:
    async def scene() -> None:
        client = Client("session:1", [EVERYWHERE], None)
        for _ in range(5):
            client.offer(Parcel(b"x" * (live.MAX_QUEUED_BYTES - 10)))
            assert len(await client.take(60)) == 1
        assert not client.closed

    asyncio.run(scene())


def test_a_client_sees_its_area_and_what_is_for_everybody() -> None:
    client = Client("session:1", ["qth/taoshan"], None)
    seen = [area for area in (None, "qth", "qth/taoshan", "qth/taoshan/g1", "qth/taoshan-2") if client.sees(area)]
    assert seen == [None, "qth/taoshan", "qth/taoshan/g1"]


def standing_of(*grants: Grant) -> Standing:
    return Standing("session:1", Person("vera", grants), AT)


def test_whoever_may_see_less_than_before_loads_anew_and_is_told_nothing_of_what_they_lost() -> None:
    async def scene() -> None:
        hub = Live(["rules"], SimulatedClock(AT), Tally())
        client = Client("session:1", [EVERYWHERE], "qth")
        hub.join(client)
        hub.publish(1, [Event(1, "qth/xinxing", b"before")])
        asked = frozenset({"session:1"})
        hub.allow(asked, {"session:1": standing_of(Grant(Role.VIEWER, "qth/taoshan"))})
        hub.publish(3, [Event(2, "qth/xinxing", b"theirs"), Event(3, "qth/taoshan/g1", b"ours")])
        assert told(await client.take(60)) == [frames.RESET, b"ours"]
        assert client.observed == {"qth/taoshan"}
        assert hub.observed == {"qth/taoshan"}
        hub.allow(asked, {"session:1": standing_of(Grant(Role.VIEWER, "qth/taoshan"))})
        hub.publish(4, [Event(4, "qth/taoshan", b"more")])
        assert told(await client.take(60)) == [b"more"], "and is not made to load again where nothing was changed"
        hub.allow(asked, {"session:1": standing_of()})
        assert client.closed, "somebody without any grant sees nothing"

    asyncio.run(scene())


def test_a_client_that_came_after_the_question_is_not_closed_for_its_answer() -> None:
    hub = Live(["rules"], SimulatedClock(AT), Tally())
    early, late = Client("session:1", [EVERYWHERE], None), Client("session:2", [EVERYWHERE], None)
    hub.join(early)
    hub.join(late)
    hub.allow(frozenset({"session:1"}), {})
    assert (early.closed, late.closed) == (True, False)


def test_a_journal_that_went_back_makes_everybody_come_anew() -> None:
    clock = SimulatedClock(AT)
    hub = Live(["rules"], clock, Tally())
    hub.stand_at(100, {})
    client = Client("session:1", [EVERYWHERE], None)
    hub.join(client)
    closed = []
    for last_id in (100, 3):
        hub.stand_at(last_id, {})
        closed.append(client.closed)
    assert closed == [False, True]
    assert hub.last_id == 3


def test_silence_of_the_store_is_noticed_without_a_word_of_the_follower() -> None:
    async def scene() -> None:
        clock = SimulatedClock(AT)
        hub = Live(["rules"], clock, Tally())
        hub.heard([])
        client = Client("session:1", [EVERYWHERE], None)
        hub.join(client)
        clock.advance(7)
        ticking = asyncio.create_task(hub.tick())
        [frame] = told(await client.take(5))
        ticking.cancel()
        parts = {part["name"]: part["state"] for part in data(frame)[1]["parts"]}
        assert parts["store"] == "down"
        assert hub.store_is_away

    asyncio.run(scene())
