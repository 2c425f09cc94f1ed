"""The pieces of a live picture: who gets which, and how they travel."""

from __future__ import annotations

import json

import pytest

from ingest.video.reel import LATE_MS, Cursor, Mark, Piece, Reel, Unpacker, end_piece, packed, text_piece

FRAME_MS = 100


def begin(reel: Reel, name: str = "init", at_ms: int = 0) -> None:
    reel.push(text_piece(Mark.HEAD, at_ms, {"type": name}))
    reel.push(Piece(Mark.HEAD, at_ms, b"head"))


def push_groups(reel: Reel, first: int, count: int, group: int = 10, size: int = 3) -> None:
    """Pictures ``first`` .. ``first + count``, every ``group``-th a keyframe."""
    for number in range(first, first + count):
        at_ms = number * FRAME_MS
        if number % group == 0:
            reel.push(text_piece(Mark.KEY, at_ms, {"type": "key", "n": number}))
        reel.push(Piece(Mark(0), at_ms, str(number).encode().rjust(size)))


def drain(reel: Reel, cursor: Cursor) -> list[str]:
    """Everything there is for ``cursor``: the types of texts, the contents of fragments."""
    said: list[str] = []
    while taken := reel.take(cursor):
        said += [json.loads(p.data)["type"] if Mark.TEXT in p.mark else p.data.decode().strip() for p in taken]
    return said


def test_a_new_viewer_begins_with_the_head_and_the_newest_keyframe() -> None:
    reel = Reel()
    begin(reel)
    push_groups(reel, 0, 23)
    assert drain(reel, Cursor()) == ["init", "head", "key", "20", "21", "22"]


def test_a_viewer_that_keeps_up_gets_every_picture_once() -> None:
    reel, cursor, seen = Reel(), Cursor(), []
    begin(reel)
    for number in range(50):
        push_groups(reel, number, 1)
        seen += drain(reel, cursor)
    assert [word for word in seen if word.isdecimal()] == [str(number) for number in range(50)]
    assert cursor.skipped == 0


def test_a_viewer_that_is_late_goes_on_at_the_newest_keyframe_and_is_told() -> None:
    reel, cursor = Reel(), Cursor()
    begin(reel)
    push_groups(reel, 0, 2)
    drain(reel, cursor)
    push_groups(reel, 2, LATE_MS // FRAME_MS + 5)
    assert drain(reel, cursor)[:3] == ["gap", "key", "20"]
    assert cursor.skipped == 1


def test_a_viewer_within_a_long_group_is_not_skipped_where_there_is_no_keyframe_to_go_to() -> None:
    reel, cursor = Reel(), Cursor()
    begin(reel)
    push_groups(reel, 0, 1)
    drain(reel, cursor)
    push_groups(reel, 1, 60, group=1000)
    assert drain(reel, cursor) == [str(number) for number in range(1, 61)]
    assert cursor.skipped == 0


def test_a_slow_viewer_does_not_change_what_another_gets() -> None:
    reel, quick, slow, seen = Reel(), Cursor(), Cursor(), []
    begin(reel)
    for number in range(100):
        push_groups(reel, number, 1)
        seen += drain(reel, quick)
        if number % 40 == 0:
            reel.take(slow)
    assert [word for word in seen if word.isdecimal()] == [str(number) for number in range(100)]
    assert slow.skipped > 0


def test_memory_is_bounded_also_where_one_group_is_larger_than_it() -> None:
    reel, cursor = Reel(max_bytes=1000), Cursor()
    begin(reel)
    push_groups(reel, 0, 1, size=100)
    drain(reel, cursor)
    push_groups(reel, 1, 30, group=1000, size=100)
    held = [name for name in vars(reel).values() if isinstance(name, int) and name > 2000]
    assert not held
    assert sum(len(piece.data) for piece in reel._pieces) <= 1000
    assert drain(reel, Cursor()) == ["init", "head"], "a new one waits for the next keyframe"
    assert drain(reel, cursor)[0] == "gap", "and so does one whose next piece is gone"
    push_groups(reel, 1000, 2, group=1000, size=100)
    assert drain(reel, cursor) == ["key", "1000", "1001"]


def test_old_groups_are_let_go() -> None:
    reel = Reel()
    begin(reel)
    push_groups(reel, 0, 1000)
    assert len(reel._pieces) < 60


def test_a_new_run_begins_with_its_own_head_also_in_the_middle_of_a_group() -> None:
    reel, cursor = Reel(), Cursor()
    begin(reel)
    push_groups(reel, 0, 5)
    drain(reel, cursor)
    begin(reel, "again")
    push_groups(reel, 10, 2)
    assert drain(reel, cursor) == ["again", "head", "key", "10", "11"]


def test_a_head_that_comes_in_two_parts_is_given_whole() -> None:
    reel, cursor = Reel(), Cursor()
    reel.push(text_piece(Mark.HEAD, 0, {"type": "init"}))
    assert drain(reel, cursor) == ["init"]
    reel.push(Piece(Mark.HEAD, 0, b"head"))
    assert drain(reel, cursor) == ["head"]


def test_what_is_over_is_not_shown_to_those_who_come_later() -> None:
    reel = Reel()
    begin(reel)
    push_groups(reel, 0, 5)
    reel.push(end_piece())
    assert drain(reel, Cursor()) == ["end"]


def test_the_newest_state_is_told_to_each_once() -> None:
    reel, cursor = Reel(), Cursor()
    reel.push(text_piece(Mark.STATE, 0, {"type": "watching"}))
    reel.push(text_piece(Mark.STATE, 0, {"type": "stalled"}))
    assert drain(reel, cursor) == ["stalled"]
    assert drain(reel, cursor) == []
    assert drain(reel, Cursor()) == ["stalled"]


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_pieces_arrive_as_they_were_sent_however_they_are_cut(chunk: int) -> None:
    sent = [
        text_piece(Mark.HEAD, 5, {"a": 1}),
        Piece(Mark.HEAD, 1_700_000_000_000, b"\0" * 300),
        Piece(Mark(0), 7, b""),
    ]
    data = b"".join(map(packed, sent))
    unpacker = Unpacker()
    got = [piece for at in range(0, len(data), chunk) for piece in unpacker.feed(data[at : at + chunk])]
    assert got == sent


def test_bytes_that_cannot_be_a_piece_are_refused_before_they_are_waited_for() -> None:
    with pytest.raises(ValueError, match="bytes"):
        list(Unpacker().feed(b"\xff" * 13))
