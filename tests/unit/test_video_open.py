"""Addresses, credentials and the times of packets."""

from __future__ import annotations

from urllib.parse import urlsplit

import av
import pytest

from hub.errors import SourceError
from hub.log import redact
from ingest.video.open import VideoPacket, timed, with_credentials


def test_credentials_are_quoted_so_that_the_address_stays_the_same() -> None:
    secret = {"username": "op@site", "password": "p:a/s?s#w@rd%"}
    url = with_credentials("rtsp://10.0.0.5:8554/live?ch=1", secret)
    parts = urlsplit(url)
    assert (parts.hostname, parts.port, parts.path, parts.query) == ("10.0.0.5", 8554, "/live", "ch=1")


def test_credentials_take_the_place_of_those_in_the_address() -> None:
    url = with_credentials("rtsp://old:old@10.0.0.5/live", {"username": "new", "password": "secret-word"})
    assert urlsplit(url).netloc == "new:secret-word@10.0.0.5"


def test_without_credentials_the_address_is_used_as_it_is() -> None:
    assert with_credentials("rtsp://10.0.0.5/live", None) == "rtsp://10.0.0.5/live"
    assert with_credentials("rtsp://10.0.0.5/live", {"password": "of nobody"}) == "rtsp://10.0.0.5/live"


def test_a_password_is_known_to_the_log_from_then_on_also_as_it_stands_in_the_address() -> None:
    url = with_credentials("rtsp://10.0.0.5/live", {"username": "op", "password": "Geh/eim!"})
    assert redact(f"cannot open {url}: Geh/eim!").count("***") == 2
    assert "Geh" not in redact(f"{url} {url.removeprefix('rtsp://')}")


@pytest.mark.parametrize(
    "url", ["http://10.0.0.5/live", "rtsp:///live", "file:///etc/passwd", "rtsp://10.0.0.5:99999/", "concat:a|b", ""]
)
def test_an_address_that_is_not_rtsp_is_refused(url: str) -> None:
    with pytest.raises(SourceError, match="not an rtsp"):
        with_credentials(url, None)


def test_credentials_that_ffmpeg_would_cut_are_refused() -> None:
    with pytest.raises(SourceError, match="too long") as caught:
        with_credentials("rtsp://10.0.0.5/live", {"username": "op", "password": "x" * 126})
    assert caught.value.state == "unauthorized"
    assert "xxx" not in str(caught.value)


def packets(*times: tuple[int | None, int | None]) -> list[VideoPacket]:
    found: list[VideoPacket] = []
    for pts, dts in times:
        packet: VideoPacket = av.Packet(8)  # type: ignore[assignment]  # one without a stream
        packet.pts, packet.dts, packet.duration = pts, dts, 6000
        found.append(packet)
    return found


def times_of(found: list[VideoPacket]) -> list[tuple[int | None, int | None]]:
    return [(packet.pts, packet.dts) for packet in found]


def test_the_first_packet_without_a_time_is_one_frame_before_the_second() -> None:
    given = packets((None, None), (6000, 6000), (12000, 12000))
    assert times_of(list(timed(given))) == [(0, 0), (6000, 6000), (12000, 12000)]


def test_pictures_out_of_order_get_the_decoding_times_that_ffmpeg_did_not_know_yet() -> None:
    given = packets((None, None), (24000, None), (12000, None), (6000, 6000), (18000, 12000))
    assert times_of(list(timed(given))) == [(0, -12000), (24000, -6000), (12000, 0), (6000, 6000), (18000, 12000)]


def test_a_stream_that_never_has_decoding_times_is_not_held_back_for_ever() -> None:
    given = packets(*((index * 6000, None) for index in range(50)))
    found = times_of(list(timed(given)))
    assert len(found) == 50
    assert all(dts is not None for _, dts in found)
    decoding = [dts or 0 for _, dts in found]
    assert decoding == sorted(set(decoding))
