"""The credentials in the address of a camera: taken out, wherever they stand, and put back when it is opened."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from pydantic import TypeAdapter, ValidationError

from hub.config.address import join_credentials, place, split_credentials, substream_secret
from hub.config.settings import NetworkSettings, RtspUrl
from hub.errors import SourceError
from hub.log import redact
from ingest.video.open import open_feed, with_credentials


@pytest.mark.parametrize(
    ("url", "bare", "username", "password"),
    [
        ("rtsp://op:p%40ss-w@h:554/a?b=1#c", "rtsp://h:554/a?b=1#c", "op", "p@ss-w"),
        ("rtsp://op@h/a", "rtsp://h/a", "op", None),
        ("rtsp://h/a", "rtsp://h/a", None, None),
        (
            "rtsp://h/live?user=admin&password=geheim-1&ch=1",
            "rtsp://h/live?user={username}&password={password}&ch=1", "admin", "geheim-1",
        ),
        ("rtsp://h/live?ch=1&pwd=g%26heim", "rtsp://h/live?ch=1&pwd={password}", None, "g&heim"),
        (
            "rtsp://h/user=admin&password=geheim-2&channel=1&stream=0.sdp?real_stream",
            "rtsp://h/user={username}&password={password}&channel=1&stream=0.sdp?real_stream", "admin", "geheim-2",
        ),
        (
            "rtsp://h/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp",
            "rtsp://h/user={username}_password={password}_channel=1_stream=0.sdp", "admin", "tlJwpbo6",
        ),
        ("rtsp://h/user=admin&password=&c=1", "rtsp://h/user={username}&password={password}&c=1", "admin", None),
        ("rtsp://h/a?user=1", "rtsp://h/a?user=1", None, None),
        (
            "rtsp://h/a?user={username}&password={password}",
            "rtsp://h/a?user={username}&password={password}", None, None,
        ),
        (
            "rtsp://h/live?user=admin&password=ge/heim?;3&ch=1#x",
            "rtsp://h/live?user={username}&password={password}&ch=1#x", "admin", "ge/heim?;3",
        ),
        ("rtsp://h/a?pwd=ge/heim", "rtsp://h/a?pwd={password}", None, "ge/heim"),
        (
            "rtsp://h/videostream.asf?loginuse=admin&loginpas=geheim-4&rate=0",
            "rtsp://h/videostream.asf?loginuse={username}&loginpas={password}&rate=0", "admin", "geheim-4",
        ),
        ("rtsp://op:same-word@h/?passwd=same-word", "rtsp://h/?passwd={password}", "op", "same-word"),
    ],
)  # fmt: skip
def test_credentials_are_taken_out_wherever_they_stand(
    url: str, bare: str, username: str | None, password: str | None
) -> None:
    assert split_credentials(url) == (bare, username, password)


def test_two_different_passwords_are_refused_without_being_repeated() -> None:
    with pytest.raises(ValueError, match="two different") as caught:
        split_credentials("rtsp://op:first-word@h/?password=second-word")
    assert "word" not in str(caught.value).replace("passwords", "")


def test_what_was_taken_out_is_put_back_as_it_was() -> None:
    url = "rtsp://10.0.0.5/user=admin&password=g%26h%2Feim&channel=1"
    bare, username, password = split_credentials(url)
    secret = {"username": username or "", "password": password or ""}
    assert with_credentials(bare, secret) == url
    assert urlsplit(with_credentials(bare, secret)).username is None, "not in two places"
    assert join_credentials(bare, {}) == "rtsp://10.0.0.5/user=&password=&channel=1"


def test_credentials_apart_go_before_those_in_the_address() -> None:
    where, secret = place("rtsp://a:b@10.0.0.5/x", None, "op", "wort")
    assert (where["url"], secret) == ("rtsp://10.0.0.5/x", {"username": "op", "password": "wort"})


def test_a_sub_stream_has_the_credentials_of_the_camera_unless_it_has_its_own() -> None:
    _, shared = place("rtsp://op:wort-1@10.0.0.5/x", "rtsp://op:wort-1@10.0.0.5/y", None, None)
    assert shared == {"username": "op", "password": "wort-1"}
    assert substream_secret(shared) == shared
    where, own = place("rtsp://op:wort-1@10.0.0.5/x", "rtsp://sub:wort-2@10.0.0.5/y", None, None)
    assert where["substream_url"] == "rtsp://10.0.0.5/y"
    assert substream_secret(own) == {"username": "sub", "password": "wort-2"}
    assert substream_secret(None) is None


def test_a_password_named_in_an_address_is_in_no_log() -> None:
    for url in ("rtsp://h/a?password=never-seen&b=1", "rtsp://h/user=x_password=never-seen_c=1", "?pwd=never-seen"):
        assert "never-seen" not in redact(f"cannot open {url}"), url
    assert redact("rtsp://h/?password={password}") == "rtsp://h/?password={password}"


@pytest.mark.parametrize(
    ("url", "bare", "auth"),
    [
        ("rtsp://h/v.3gp?authbasic=YWRtaW46YS9i+w==&x=1", "rtsp://h/v.3gp?authbasic={auth}&x=1", "YWRtaW46YS9i+w=="),
        ("rtsp://h/live?token=word-9#c", "rtsp://h/live?token={auth}#c", "word-9"),
        ("rtsp://h/live?auth=w/1&auth=w/1", "rtsp://h/live?auth={auth}&auth={auth}", "w/1"),
        ("rtsp://h/live?profiletoken=p1", "rtsp://h/live?profiletoken=p1", None),
    ],
)
def test_name_and_password_in_one_are_taken_out_and_put_back_as_they_were(
    url: str, bare: str, auth: str | None
) -> None:
    where, secret = place(url, None, None, None)
    assert (where["url"], (secret or {}).get("auth")) == (bare, auth)
    assert with_credentials(where["url"], secret) == url
    apart = with_credentials(where["url"], {**(secret or {}), "username": "op", "password": "wort"})
    assert apart == url.replace("rtsp://", "rtsp://op:wort@")
    assert auth is None or auth not in redact(f"cannot open {url}")


def test_two_different_ones_are_refused_and_a_sub_stream_may_have_its_own() -> None:
    with pytest.raises(ValueError, match="two different"):
        place("rtsp://h/live?auth=a&token=b", None, None, None)
    _, secret = place("rtsp://op:wort@h/a?auth=a", "rtsp://h/b?auth=b", None, None)
    assert substream_secret(secret) == {"username": "op", "password": "wort", "auth": "b"}
    _, secret = place("rtsp://h/a?auth=a", "rtsp://h/b", None, None)
    assert substream_secret(secret) == {"auth": "a"}


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "concat:rtsp://10.0.0.5/a|file:///etc/passwd", "subfile,,start,0,,:/etc/passwd",
        "http://10.0.0.5/a", "https://10.0.0.5/a", "ftp://10.0.0.5/a", "gopher://10.0.0.5/a", "data:video/mp4,AA",
        "tee:rtsp://10.0.0.5/a", "async:rtsp://10.0.0.5/a", "crypto:rtsp://10.0.0.5/a", "pipe:0", "unix:/run/x.sock",
        "rtmp://10.0.0.5/a", "srt://10.0.0.5:9", "udp://10.0.0.5:9", "rtp://10.0.0.5:9", "tcp://10.0.0.5:9",
        "exec:id", "ffmpeg:rtsp://10.0.0.5/a", "rtsp:10.0.0.5/a", "rtsp:///a", "rtsp://", "//10.0.0.5/a", "10.0.0.5",
        "", "rtsp://10.0.0.5:0/a", "rtsp://10.0.0.5:99999/a", "rtsp://10.0.0.5/a\n-i file:///x",
        "rtsp\0://10.0.0.5/a", "RTSP+HTTP://10.0.0.5/a",
    ],
)  # fmt: skip
def test_no_other_scheme_and_nothing_that_hides_one_is_an_address_of_a_camera(url: str) -> None:
    """Neither in a configuration nor over the interface, and what is opened all the same is refused once more."""
    with pytest.raises(ValidationError):
        TypeAdapter(RtspUrl).validate_python(url)
    if "\n" not in url:
        with pytest.raises(SourceError):
            open_feed(url, network=NetworkSettings())
