"""The ring of coded pictures: whole groups, bounded in bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import av
import pytest

from ingest.video.open import VideoPacket
from ingest.video.ring import ONE_GROUP_S, Coded, Ring

START = datetime(2026, 5, 1, 8, tzinfo=UTC)


def coded(at_s: float, *, keyframe: bool = False, size: int = 100) -> Coded:
    packet: VideoPacket = av.Packet(size)  # type: ignore[assignment]  # one without a stream
    return Coded(packet, START + timedelta(seconds=at_s), keyframe, size)


def times(ring: Ring, since_s: float) -> list[float]:
    return [(item.ts - START).total_seconds() for item in ring.since(START + timedelta(seconds=since_s))]


def fill(ring: Ring, seconds: int, size: int = 100) -> None:
    """Two pictures a second, a keyframe every two seconds."""
    for index in range(seconds * 2):
        ring.push(coded(index / 2, keyframe=index % 4 == 0, size=size))


def test_the_group_begins_at_the_last_keyframe() -> None:
    ring = Ring()
    fill(ring, 5)
    assert [(item.ts - START).total_seconds() for item in ring.group()] == [4.0, 4.5]
    assert ring.group()[0].keyframe


def test_pictures_before_the_first_keyframe_are_dropped() -> None:
    ring = Ring()
    ring.push(coded(0))
    assert ring.group() == []
    assert ring.size_bytes == 0


def test_without_a_time_to_keep_only_the_current_group_is_held() -> None:
    ring = Ring()
    fill(ring, 10)
    assert times(ring, 0)[0] == 8.0
    assert ring.size_bytes == 400


def test_earlier_groups_cover_the_time_to_keep() -> None:
    ring = Ring(keep_s=5)
    fill(ring, 11)  # the last keyframe is at 10 s
    assert times(ring, 0)[0] == 4.0, "the group that holds 5 s before the last keyframe begins at 4 s"


@pytest.mark.parametrize(("since_s", "first"), [(6.0, 6.0), (7.5, 6.0), (8.0, 8.0), (-3.0, 4.0), (99.0, 10.0)])
def test_since_begins_at_the_keyframe_at_or_before(since_s: float, first: float) -> None:
    ring = Ring(keep_s=5)
    fill(ring, 11)
    assert times(ring, since_s)[0] == first


def test_older_groups_make_room_when_the_ring_is_full() -> None:
    ring = Ring(keep_s=100, max_bytes=1000)
    fill(ring, 20)
    assert ring.size_bytes <= 1000
    assert times(ring, 0)[0] == 16.0
    assert ring.overruns == 0


def test_a_group_larger_than_the_ring_is_given_up_until_the_next_keyframe() -> None:
    ring = Ring(max_bytes=250)
    fill(ring, 2)
    assert ring.group() == []
    assert ring.size_bytes == 0
    assert ring.overruns == 1
    ring.push(coded(2, keyframe=True))
    assert len(ring.group()) == 1


def test_a_clock_that_is_set_back_empties_the_ring_at_the_next_keyframe() -> None:
    ring = Ring(keep_s=60)
    fill(ring, 10)
    ring.push(coded(-3600, keyframe=True))
    assert times(ring, -7200) == [-3600]


def test_the_group_before_the_current_one_is_kept_where_it_is_asked_for() -> None:
    ring = Ring(ONE_GROUP_S)
    fill(ring, 11)
    before, current = ring.group_before(), ring.group()
    assert before[0].keyframe
    assert before[-1].ts < current[0].ts
    assert {item.ts for item in (*before, *current)} == {item.ts for item in ring.since(before[0].ts)}
    assert Ring().group_before() == []
