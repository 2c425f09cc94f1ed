"""Where cameras may be: numbers in any disguise, names, and what is never allowed."""

from __future__ import annotations

import pytest
import yaml

from hub.config.address import AddressNotAllowed, check_written
from hub.config.settings import NetworkSettings
from hub.model.allowlist import PRIVATE, AllowList

UNSPECIFIED = "0.0.0.0"  # noqa: S104  refused, not bound
BY_DEFAULT = AllowList.of(PRIVATE)


@pytest.mark.parametrize(
    "address", ["10.0.0.5", "172.16.0.1", "172.31.255.254", "192.168.1.64", "100.64.0.1", "fd12::5", "::ffff:10.0.0.5"]
)
def test_private_networks_are_allowed_by_default(address: str) -> None:
    assert BY_DEFAULT.permits(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1",
        UNSPECIFIED, "0.1.2.3", "::", "::ffff:0.0.0.0",
        "169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "100.100.100.200",
        "8.8.8.8", "172.32.0.1", "192.169.0.1", "100.128.0.1", "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b::a00:5",
        "2002:7f00:1::", "2002:a00:5::", "224.0.0.1", "239.255.255.250", "ff02::1", "255.255.255.255", "240.0.0.1",
        "", "camera", "10.0.0.5/32", "10.0.0", "012.0.0.1",
    ],
)  # fmt: skip
def test_everything_else_is_refused_by_default(address: str) -> None:
    assert not BY_DEFAULT.permits(address)


def test_a_wide_network_does_not_open_the_special_ones_that_it_holds() -> None:
    everywhere = AllowList.of(["0.0.0.0/0", "::/0"])
    assert everywhere.permits("8.8.8.8")
    assert everywhere.permits("2001:db8::1")
    for address in ("127.0.0.1", "::1", "169.254.1.1", "fe80::1", "100.100.100.200", "64:ff9b::a00:1", UNSPECIFIED):
        assert not everywhere.permits(address), address


def test_a_special_network_is_opened_by_its_own_name_only_and_some_never() -> None:
    assert AllowList.of(["127.0.0.1"]).permits("127.0.0.1")
    assert AllowList.of(["127.0.0.0/8"]).permits("::ffff:127.0.0.1")
    assert not AllowList.of(["127.0.0.1"]).permits("127.0.0.2")
    assert AllowList.of(["169.254.10.0/24"]).permits("169.254.10.7")
    never = {"0.0.0.0/8": UNSPECIFIED, "224.0.0.0/4": "224.0.0.1", "::/128": "::", "ff00::/8": "ff02::1"}
    for entry, address in never.items():
        assert not AllowList.of([entry]).permits(address), address


def test_a_name_may_lie_anywhere_but_in_the_special_networks() -> None:
    named = AllowList.of(["Gate.Example.com."])
    assert named.permits("203.0.113.5", "gate.example.com")
    assert named.permits("203.0.113.5", "GATE.example.com.")
    assert not named.permits("203.0.113.5", "other.example.com")
    assert not named.permits("203.0.113.5", "x.gate.example.com")
    for address in ("127.0.0.1", "169.254.169.254", UNSPECIFIED, "::1"):
        assert not named.permits(address, "gate.example.com"), address


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("10.0.0.5/24", "did you mean 10.0.0.0/24"),
        ("10.0.0.0/33", "is not a network"),
        ("10.0.0.256", "neither a network"),
        ("2130706433", "neither a network"),
        ("", "neither a network"),
        ("*.lan", "neither a network"),
        ("rtsp://10.0.0.5", "is not a network"),
        ("fd12::/200", "is not a network"),
    ],
)
def test_an_entry_that_is_neither_network_nor_name_is_refused_in_words(entry: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        AllowList.of([entry])


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://127.0.0.1/", "rtsp://2130706433/", "rtsp://0x7f000001/", "rtsp://0177.0.0.1/", "rtsp://127.1/", "rtsp://0/",
        "rtsp://[::1]/", "rtsp://[::ffff:127.0.0.1]/", "rtsp://[::]/", "rtsp://0.0.0.0:554/", "rtsp://0x7f.1/",
        "rtsp://10.0.0.5@127.0.0.1/", "rtsp://10.0.0.5:554@127.0.0.1:554/", "rtsp://127.0.0.1#@10.0.0.5/",
        "rtsp://127.0.0.1?@10.0.0.5/", "rtsp://10.0.0.5\\@127.0.0.1/", "rtsp://169.254.169.254/latest", "rtsps://8.8.8.8/",
        "rtsp://[fe80::1%25eth0]/", "rtsp://[::ffff:a9fe:a9fe]/",
    ],
)  # fmt: skip
def test_a_number_in_any_disguise_is_refused_when_it_is_entered(url: str) -> None:
    with pytest.raises(AddressNotAllowed, match=r"network\.cameras"):
        check_written(url, BY_DEFAULT)


@pytest.mark.parametrize(
    ("address", "name", "added"),
    [
        ("127.0.0.1", "", "127.0.0.0/8"), ("127.0.0.1", "localhost", "127.0.0.0/8"), ("::1", "", '"::1/128"'),
        ("203.0.113.9", "", "203.0.113.9"), ("203.0.113.9", "camera.lan", "203.0.113.9"),
        ("2001:db8::1", "", "2001:db8::1"), ("2001:db8::", "", '"2001:db8::"'),
    ],
)  # fmt: skip
def test_the_line_that_allows_an_address_keeps_what_is_allowed_already(address: str, name: str, added: str) -> None:
    line = AllowList.of(["10.0.0.0/8", "nvr.lan"]).line_for(address, name)
    assert line == f"network: {{cameras: [10.0.0.0/8, nvr.lan, {added}]}}"
    wider = NetworkSettings.model_validate(yaml.safe_load(line)["network"]).allowed
    assert wider.permits(address, name)
    assert wider.permits("10.0.0.5")


@pytest.mark.parametrize("address", [UNSPECIFIED, "224.0.0.1", "169.254.169.254", "fd00:ec2::254", "64:ff9b::1", "x"])
def test_nobody_is_advised_to_allow_what_is_no_camera(address: str) -> None:
    assert BY_DEFAULT.line_for(address) == ""


def test_a_refusal_names_the_line_to_add() -> None:
    with pytest.raises(AddressNotAllowed) as refused:
        check_written("rtsp://127.0.0.1:8554/a", BY_DEFAULT)
    assert refused.value.advice.endswith(
        "network: {cameras: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7, 127.0.0.0/8]}"
    )
    assert "write" not in refused.value.reason, "the console knows this sentence by heart"


@pytest.mark.parametrize(
    "url",
    ["rtsp://10.0.0.5/", "rtsp://127.0.0.1@10.0.0.5/", "rtsp://[fd12::5]/", "rtsp://167772165/", "rtsp://c.lan/", ""],
)
def test_what_may_be_is_not_refused_and_a_name_is_left_for_when_it_is_opened(url: str) -> None:
    check_written(url, BY_DEFAULT)
