"""Where a page ended goes out as text and comes back as it was; anything else is refused in the same words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from dashboard.api import cursors
from dashboard.api.problems import ProblemError
from hub.model.incident import IncidentState

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def test_what_goes_out_comes_back() -> None:
    assert cursors.number("17") == 17
    assert cursors.instant(cursors.of_instant(NOW, 17)) == (NOW, 17)
    for state in IncidentState:
        is_open = state is IncidentState.OPEN
        assert cursors.state(cursors.of_state(state, NOW, 17)) == (is_open, NOW, 17)


@pytest.mark.parametrize("read", [cursors.number, cursors.instant, cursors.state])
def test_the_first_page_begins_after_nothing(read: Callable[[str | None], object]) -> None:
    assert read(None) is None


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (cursors.number, ""), (cursors.number, "-1"), (cursors.number, "1~2"), (cursors.number, "9223372036854775808"),
        (cursors.instant, "17"), (cursors.instant, "yesterday~17"), (cursors.instant, "2026-03-01T12:00:00Z~1~2"),
        (cursors.instant, "2026-03-01T12:00:00~17"), (cursors.instant, "2026-03-01T12:00:00Z~99999999999999999999"),
        (cursors.state, "2026-03-01T12:00:00Z~1"), (cursors.state, "maybe~2026-03-01T12:00:00Z~1"),
        (cursors.state, "open~2026-03-01T12:00:00Z"), (cursors.state, "open~x~1"),
    ],
)  # fmt: skip
def test_what_this_hub_did_not_give_out_is_refused(read: Callable[[str | None], object], text: str) -> None:
    with pytest.raises(ProblemError, match=r"^cursor: is not one that this hub gave out$") as caught:
        read(text)
    assert caught.value.status == 422
