"""``python -m dashboard -c hub.yaml``: the HTTP interface and the console, in one process."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

from dashboard.api.app import make_app
from dashboard.api.server import Server, listen
from dashboard.api.tls import Certificate
from hub import log
from hub.clock import SystemClock
from hub.config import Config, load, store_access
from hub.errors import HubError
from hub.store import Store
from hub.store.heart import Heart
from hub.tally import Tally

_STORE_TIMEOUT_S = 2.0
_log = logging.getLogger(__name__)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dashboard")
    parser.add_argument("-c", "--config", type=Path, required=True)
    options = parser.parse_args()
    log.setup("dashboard")
    try:
        _serve(load(options.config))
    except HubError as error:
        _log.error("%s", error)
        sys.exit(1)


def _serve(config: Config) -> None:
    clock, tally = SystemClock(), Tally()
    certificate = Certificate.of(config.web)
    listener = listen(config)
    with Store.open(store_access(config), "dashboard", max_size=8, timeout_s=_STORE_TIMEOUT_S) as store:
        app = make_app(config, store, clock, tally)
        heart = Heart(store, "dashboard", clock, tally).start()
        heart.set("ok", f"listens on {config.listen}")
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        server = Server(app, certificate)

        def stop(*_: object) -> None:
            server.should_exit = True

        for number in (signal.SIGTERM, signal.SIGINT):
            # The server has handlers of its own, but raises the signal again for these when it has stopped.
            signal.signal(number, stop)
        server.run(sockets=[listener])
        if not app.state.context.live.store_is_away:  # nobody could hear the goodbye
            heart.stop()


if __name__ == "__main__":
    main()
