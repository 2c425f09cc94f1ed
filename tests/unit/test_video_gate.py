"""Which packets are decoded."""

from __future__ import annotations

from ingest.video.gate import Gate, Look


def looks(gate: Gate, first_s: float, last_s: float, gop_s: float = 2.0, fps: int = 10) -> list[Look]:
    count = round((last_s - first_s) * fps)
    found = []
    for index in range(count):
        at_s = first_s + index / fps
        found.append(gate.decide(at_s, keyframe=round(at_s * fps) % round(gop_s * fps) == 0))
    return found


def closed_gate() -> Gate:
    gate = Gate(0.0, hold_s=10.0)
    looks(gate, 0.0, 12.0)
    assert not gate.is_open
    return gate


def test_everything_is_decoded_at_first_then_keyframes_alone() -> None:
    gate = Gate(0.0, hold_s=10.0)
    assert set(looks(gate, 0.0, 10.0)) == {Look.NEXT}
    quiet = looks(gate, 12.0, 22.0)
    assert quiet.count(Look.ALONE) == 5
    assert quiet.count(Look.SKIP) == 95


def test_motion_catches_up_from_the_keyframe_and_then_decodes_everything() -> None:
    gate = closed_gate()
    gate.saw_motion(12.1)
    found = looks(gate, 12.2, 22.0)
    assert found[0] is Look.CATCH_UP
    assert set(found[1:]) == {Look.NEXT}


def test_the_gate_closes_when_nothing_has_moved_for_the_hold() -> None:
    gate = closed_gate()
    gate.saw_motion(12.0)
    looks(gate, 12.0, 21.9)
    assert gate.is_open
    gate.saw_motion(21.9)
    assert set(looks(gate, 22.0, 31.8)) == {Look.NEXT}
    assert Look.SKIP in looks(gate, 32.0, 33.0)


def test_opening_at_a_keyframe_needs_no_catching_up() -> None:
    gate = closed_gate()
    gate.saw_motion(13.9)
    assert gate.decide(14.0, keyframe=True) is Look.NEXT


def test_keyframes_too_far_apart_open_the_gate_by_themselves() -> None:
    gate = Gate(0.0, hold_s=10.0, longest_unseen_s=2.5)
    looks(gate, 0.0, 10.0, gop_s=20.0)
    found = looks(gate, 10.0, 20.0, gop_s=20.0)
    assert found.index(Look.CATCH_UP) <= 26, "not looked at for longer than 2.5 s"


def test_a_stream_of_keyframes_only_is_not_decoded_whole_while_quiet() -> None:
    gate = Gate(0.0, hold_s=1.0)
    looks(gate, 0.0, 1.0, gop_s=0.1)
    found = looks(gate, 1.0, 11.0, gop_s=0.1)
    assert 15 <= found.count(Look.ALONE) <= 25
    assert Look.NEXT not in found
