"""The store goes away, hangs and comes back, and the interface says so and recovers by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.api.app import make_app
from hub.clock import SystemClock
from hub.store import Store
from hub.tally import Tally
from tests.fix_api import PASSWORD, Api, Event, Stream, fill, fire, problem, serving, wait_for, write_config
from tests.fix_proxy import StoreProxy

NOTICED_S = 10.0


@pytest.fixture
def far_api(database: str, proxy: StoreProxy, tmp_path: Path) -> Iterator[Api]:
    """An interface whose store is behind ``proxy``; ``store`` of it is the store itself."""
    with Store.open(database, "test") as direct, Store.open(proxy.conninfo, "far", max_size=8, timeout_s=2.0) as far:
        fill(direct)
        config, tally = write_config(tmp_path), Tally()
        app = make_app(config, far, SystemClock(), tally)
        with serving(app) as url:
            served = Api(url, app, direct, config, tally)
            wait_for(lambda: app.state.context.live.last_id is not None, "the journal is being followed")
            yield served
            served.close()
            proxy.mend()


def store_is(state: str) -> Callable[[Event], bool]:
    def matches(event: Event) -> bool:
        return event.kind == "system" and {"store": state}.items() <= {
            part["name"]: part["state"] for part in event.data["parts"]
        }.items()

    return matches


@pytest.mark.parametrize("weather", ["cut", "block"])
def test_streams_stay_and_are_told_when_the_store_goes_and_comes_back(
    far_api: Api, proxy: StoreProxy, weather: str
) -> None:
    client = far_api.client("otto")
    with Stream(client) as connection:
        connection.until(store_is("ok"))
        began_s = time.monotonic()
        getattr(proxy, weather)()
        connection.until(store_is("down"))
        assert time.monotonic() - began_s < NOTICED_S

        asked_s = time.monotonic()
        answer = client.get("/alerts")
        assert problem(answer) == (503, "store_unavailable")
        assert answer.headers["retry-after"] == "2"
        assert "host" not in answer.json()["detail"]
        sign_in = far_api.anonymous().post("/session", json={"username": "otto", "password": PASSWORD})
        assert problem(sign_in) == (503, "store_unavailable")
        assert far_api.anonymous().get(f"{far_api.url}/healthz").status_code == 200
        ready = far_api.anonymous().get(f"{far_api.url}/readyz")
        assert (ready.status_code, "store" in ready.json()["down"]) == (503, True)
        assert time.monotonic() - asked_s < 2.0, "nobody waits for a store that is known to be away"

        began_s = time.monotonic()
        proxy.mend()
        connection.until(store_is("ok"))
        assert time.monotonic() - began_s < NOTICED_S
        alert = fire(far_api.store)
        event = connection.until(lambda event: event.kind == "alert")
        assert event.data["alert"]["id"] == alert.id
    wait_for(lambda: client.get("/alerts").status_code == 200, "requests are answered again")


def test_what_happened_while_the_store_was_out_of_sight_arrives_when_it_is_back(
    far_api: Api, proxy: StoreProxy
) -> None:
    with Stream(far_api.client("otto")) as connection:
        connection.until(store_is("ok"))
        proxy.cut()
        missed = [fire(far_api.store, fingerprint=f"missed {number}").id for number in range(3)]
        connection.until(store_is("down"))
        proxy.mend()
        seen = [connection.until(lambda event: event.kind == "alert").data["alert"]["id"] for _ in range(3)]
    assert seen == missed


def test_nobody_is_called_dead_for_not_beating_while_the_store_was_away(far_api: Api, proxy: StoreProxy) -> None:
    with Stream(far_api.client("otto")) as connection:
        connection.until(store_is("ok"))
        proxy.cut()
        connection.until(store_is("down"))
        with far_api.store.transaction() as tx:
            tx.execute("update process set beat_at = now() - interval '1 minute'")
        proxy.mend()
        event = connection.until(store_is("ok"))
        assert {part["state"] for part in event.data["parts"]} == {"ok"}


def test_the_interface_starts_while_the_store_is_away(database: str, proxy: StoreProxy, tmp_path: Path) -> None:
    proxy.cut()
    with Store.open(database, "test") as direct, Store.open(proxy.conninfo, "far", timeout_s=2.0) as far:
        fill(direct)
        config, tally = write_config(tmp_path), Tally()
        app = make_app(config, far, SystemClock(), tally)
        with serving(app) as url:
            served = Api(url, app, direct, config, tally)
            client = served.client("otto")
            assert client.get(f"{url}/healthz").status_code == 200
            assert "store" in client.get(f"{url}/readyz").json()["down"]
            assert problem(client.get("/areas")) == (503, "store_unavailable")
            assert problem(client.get("/stream")) == (503, "store_unavailable")
            proxy.mend()
            wait_for(lambda: client.get(f"{url}/readyz").status_code == 200, "it is ready")
            assert client.get("/areas").status_code == 200
            with Stream(client) as connection:
                assert connection.next() is not None
            served.close()
