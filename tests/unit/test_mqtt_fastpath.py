"""The quick reader of the contract's JSON says what the strict one says, or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.config.settings import Accept
from ingest.mqtt import codecs, fastpath

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW_MS = round(T0.timestamp() * 1000)
ACCEPT = Accept(past=timedelta(days=30), future=timedelta(minutes=5))


def agree(payload: bytes) -> bool:
    """Whether the quick reader has read it; fails where it reads something else than the strict one."""
    found = fastpath.telemetry("smoke-1", payload, T0, ACCEPT)
    if found is None:
        return False
    strict = codecs.telemetry("smoke-1", payload, T0, ACCEPT)
    assert strict.faults == ()
    assert found == list(strict.observations)
    assert [type(item.value) for item in found] == [type(item.value) for item in strict.observations]
    return True


@pytest.mark.parametrize(
    "payload",
    [
        b'{"ts": 1772366400000, "values": {"smoke": 0.5}}',
        b'{"ts": 1772366400000, "id": "a", "values": {"smoke": 1, "alarm": true, "state": "on", "t.2": -0}}',
        b'{"ts": "2026-03-01T11:59:00+01:00", "id": 7, "values": {"smoke": 12345678901234567890123}}',
        b'[{"ts": 1772366400000, "values": {"a": 1}}, {"values": {"a": 2e5}, "ts": 1772366400001, "id": "x y"}]',
    ],
)
def test_what_is_plain_is_read(payload: bytes) -> None:
    assert agree(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"ts": 1772366400000, "values": {"smoke": 0.5, "smoke": 0.5}}',
        b'{"ts": 1772366400000, "ts": 1772366400000, "values": {"smoke": 0.5}}',
        b'{"ts": 1772366400000, "values": {"smoke": 1}, "values": {"smoke": 1}}',
        b'{"ts": 1772366400000, "id": "a", "id": "a", "values": {"smoke": 1}}',
        b'[{"ts": 1772366400000, "values": {"a": "x"}}, {"ts": 1772366400000, "values": {"a": 1, "a": 2}}]',
        b'{"values": {"smoke": 0.5}}',
        b'{"id": "a", "values": {"smoke": 0.5}}',
        b'{"ts": 1772366400.5, "values": {"smoke": 0.5}}',
        b'{"ts": true, "values": {"smoke": 0.5}}',
        b'{"ts": 1, "values": {"smoke": 0.5}}',
        b'{"ts": 1772367000000, "values": {"smoke": 0.5}}',
        b'{"ts": "noon", "values": {"smoke": 0.5}}',
        b'{"ts": 99999999999999999999, "values": {"smoke": 0.5}}',
        b'{"ts": 1772366400000, "id": "", "values": {"smoke": 0.5}}',
        b'{"ts": 1772366400000, "id": 9223372036854775808, "values": {"smoke": 0.5}}',
        b'{"ts": 1772366400000, "id": null, "values": {"smoke": 0.5}}',
        b'{"ts": 1772366400000, "id": "' + b"x" * 129 + b'", "values": {"smoke": 0.5}}',
        b'{"ts": 1772366400000, "more": 1, "values": {"smoke": 0.5}}',
        b'{"ts": 1772366400000, "values": {}}',
        b'{"ts": 1772366400000, "values": {"Smoke": 0.5}}',
        b'{"ts": 1772366400000, "values": {"smoke": NaN}}',
        b'{"ts": 1772366400000, "values": {"smoke": 1e999}}',
        b'{"ts": 1772366400000, "values": {"smoke": null}}',
        b'{"ts": 1772366400000, "values": {"smoke": "' + b"x" * 1025 + b'"}}',
        b'{"ts": 1772366400000, "values": {"smoke": "\\u0041"}}',
        b'{"ts": 1772366400000, "values": {"smoke": "\x00"}}',
        b'{"ts": 1772366400000, "values": {"smoke": "\x7f"}}',
        '{"ts": 1772366400000, "values": {"smoke": "有烟"}}'.encode(),
        b'{"ts": 1772366400000, "values": {"smoke": "\xff"}}',
        b'{"ts": 1772366400000, "values": {%s}}' % b", ".join(b'"m%d": 1' % n for n in range(65)),
        b"[%s]" % b", ".join([b'{"ts": 1772366400000, "values": {"a": 1}}'] * 1001),
        b"[]",
        b"{}",
        b"7",
        b"",
        b"[" * 100_000,
        b'{"ts": 1772366400000, "values": {"smoke": 0.5}} ' + b" " * 256 * 1024,
    ],
)
def test_all_else_is_left_to_the_strict_reader(payload: bytes) -> None:
    assert fastpath.telemetry("smoke-1", payload, T0, ACCEPT) is None


_SCALARS: Any = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(["", "on", "x" * 1025]),
)  # fmt: skip
_NAMES: Any = st.sampled_from(["smoke", "a", "t.2", "A", "", "é", 'q"', "x" * 64])
_SAMPLES: Any = st.fixed_dictionaries(
    {"values": st.dictionaries(_NAMES, _SCALARS | st.lists(_SCALARS, max_size=2), max_size=4)},
    optional={
        "ts": st.one_of(
            st.integers(NOW_MS - 10**10, NOW_MS + 10**6), _SCALARS,
            st.datetimes(datetime(2026, 2, 1), datetime(2026, 3, 2)).map(lambda at: at.isoformat() + "Z"),  # noqa: DTZ001  strategies ask so
        ),
        "id": _SCALARS,
        "other": _SCALARS,
    },
)  # fmt: skip
_DOCUMENTS = st.one_of(_SAMPLES, st.lists(_SAMPLES, max_size=3), _SCALARS)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A document as it is written, with some of its bytes changed, doubled or gone."""
    payload = bytearray(json.dumps(draw(_DOCUMENTS), ensure_ascii=draw(st.booleans())).encode(errors="replace"))
    for _ in range(draw(st.integers(0, 3))):
        if payload:
            at = draw(st.integers(0, len(payload) - 1))
            until = min(len(payload), at + draw(st.integers(0, 20)))
            payload[at:until] = draw(
                st.one_of(
                    st.just(b""), st.binary(max_size=3), st.just(bytes(payload[at:until]) * 2),
                    st.sampled_from([b'"', b"{", b"}", b",", b":", b"1e400", b"NaN", b'"smoke": 1, ', b'"ts": 1, ']),
                )
            )  # fmt: skip
    return bytes(payload)


@settings(max_examples=2000, deadline=None)
@given(_mutated())
@example(b'{"ts": 1772366400000, "values": {"smoke": "a", "smoke": 1}}')
@example(b'{"ts": 1772366400000, "values": {"a": 1}, "id": "x"}\n')
def test_both_readers_agree_whatever_comes(payload: bytes) -> None:
    agree(payload)
