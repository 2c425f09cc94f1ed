"""What is read from a packet without decoding it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.video.nal import HEAD_BYTES, Kind, kind_of, sequence_sets

START, SHORT = b"\0\0\0\1", b"\0\0\1"


@pytest.mark.parametrize(
    ("codec", "head", "kind"),
    [
        ("h264", START + b"\x41\x9a", Kind.REFERENCE),
        ("h264", START + b"\x01\x9a", Kind.DISPOSABLE),
        ("h264", START + b"\x09\xf0" + START + b"\x01\x9a", Kind.DISPOSABLE),  # after an access unit delimiter
        ("h264", SHORT + b"\x06\x05\x01" + SHORT + b"\x61\x9a", Kind.REFERENCE),  # after an SEI
        ("hevc", START + b"\x02\x01", Kind.REFERENCE),  # TRAIL_R
        ("hevc", START + b"\x00\x01", Kind.DISPOSABLE),  # TRAIL_N
        ("hevc", START + b"\x46\x01" + START + b"\x10\x01", Kind.DISPOSABLE),  # RASL_N after a delimiter
        ("mjpeg", b"\xff\xd8\xff", Kind.REFERENCE),
        ("h264", b"", Kind.REFERENCE),
        ("h264", START, Kind.REFERENCE),
        ("h264", b"\xff" * 128, Kind.REFERENCE),
    ],
)
def test_the_kind_of_a_picture_stands_in_its_first_bytes(codec: str, head: bytes, kind: Kind) -> None:
    assert kind_of(codec, head, keyframe=False) is kind
    assert kind_of(codec, head, keyframe=True) is Kind.KEY


@pytest.mark.parametrize(
    ("codec", "first", "second"),
    [("h264", b"\x67\x42\x00\x1e", b"\x67\x4d\x00\x28"), ("hevc", b"\x42\x01\x01", b"\x42\x01\x02")],
)
def test_another_size_of_picture_shows_in_the_parameter_sets_alone(codec: str, first: bytes, second: bytes) -> None:
    def head(sets: bytes, slice_bytes: bytes) -> bytes:
        return START + b"\x09\xf0" + START + sets + START + b"\x68\xce" + SHORT + b"\x65" + slice_bytes

    assert sequence_sets(codec, head(first, b"\x88\x84")) == first
    assert sequence_sets(codec, head(first, b"\x11\x22")) == sequence_sets(codec, head(first, b"\x88\x84"))
    assert sequence_sets(codec, head(second, b"\x88\x84")) == second


def test_a_packet_without_parameter_sets_has_none() -> None:
    assert sequence_sets("h264", START + b"\x65\x88\x84") == b""
    assert sequence_sets("mjpeg", b"\xff\xd8\xff") == b""


@given(head=st.binary(max_size=HEAD_BYTES), codec=st.sampled_from(["h264", "hevc", "mjpeg"]), keyframe=st.booleans())
def test_whatever_the_bytes_are_they_are_read(head: bytes, codec: str, keyframe: bool) -> None:
    assert (kind_of(codec, head, keyframe=keyframe) is Kind.KEY) is keyframe
    assert len(sequence_sets(codec, head)) <= len(head)
