"""The invented shift of the demo: somebody who looks at the alerts of the water gauges and says what they were.

    python -m ingest.simulate.shift --config DIR/hub.yaml

The flood is acknowledged, as somebody drives there. The wash of a boat is cleared, as it was none. So a backtest of a
change of that rule can say what the change would do to alerts that people have judged.
"""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hub import config, log
from hub.cases import acts
from hub.clock import Clock, SystemClock
from hub.config import store_access
from hub.errors import Conflict, HubError, StoreUnavailable
from hub.model.alert import Alert, AlertChange, AlertState
from hub.signals import stop_event
from hub.store import Store, alerts
from ingest.simulate import city
from ingest.simulate.city import Role

RULE = "water-level"
ACTOR = "invented shift"
_LOOK_EVERY_S = 2.0
_LOOKS_AFTER = timedelta(seconds=5)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Word:
    """What the shift does, and what it says with it."""

    change: AlertChange
    note: str


FLOOD = Word(AlertChange.ACKNOWLEDGED, "已派人到场，涵洞确有积水 / somebody is there: the underpass is under water")
WASH = Word(AlertChange.CLEARED, "误报：船过起浪 / false: the wash of a boat")


def judged(alert: Alert, roles: Mapping[str, Role], now: datetime) -> Word | None:
    """What is to be done about an open alert now; None: nothing, or not yet."""
    if alert.rule != RULE or alert.acked_at is not None or now - alert.detected_at < _LOOKS_AFTER:
        return None
    seen = {roles.get(source) for source in alert.sources}
    if Role.FLOOD in seen:
        return FLOOD
    return WASH if Role.WAVES in seen and alert.state is AlertState.RESOLVED else None


def look(store: Store, roles: Mapping[str, Role], now: datetime) -> int:
    """Judge what is there; answers how many were. Raises StoreUnavailable."""
    done = 0
    for alert in alerts.list_alerts(store, alerts.Filter(open=True, rule=RULE), limit=100):
        word = judged(alert, roles, now)
        if word is None:
            continue
        try:
            acts.act(store, alert.id, word.change, ACTOR, now, word.note)
        except Conflict:
            continue  # a visitor of the demo was quicker
        done += 1
    return done


def run(path: Path, clock: Clock, stop: threading.Event) -> None:
    """Look every two seconds until told to stop. Raises HubError where the configuration is wrong."""
    settings = config.load(path)
    roles = {device.id: device.role for device in city.devices(len(settings.devices))}
    is_away = False
    with Store.open(store_access(settings), "shift", max_size=1) as store:
        while not stop.wait(_LOOK_EVERY_S):
            try:
                look(store, roles, clock.now())
            except StoreUnavailable as error:
                if not is_away:
                    _log.info("the store is away: %s", error)
                is_away = True
            else:
                is_away = False


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.simulate.shift", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="the hub.yaml with the devices and the store")
    arguments = parser.parse_args()
    log.setup("shift")
    stop = stop_event()
    try:
        run(arguments.config, SystemClock(), stop)
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
