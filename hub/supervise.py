"""One loop for everything that must go on for ever: run it, and when it fails, back off and run it again.

What is supervised is straight-line code that raises; it neither retries nor sleeps. A failure is logged when it
differs from the one before it; repetitions are counted and told with the recovery.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from hub.backoff import Backoff
from hub.errors import HubError

_log = logging.getLogger(__name__)


def supervise(
    run_once: Callable[[Callable[[], None]], None],
    *,
    name: str,
    stop: threading.Event,
    backoff: Backoff,
    report: Callable[[bool, str], None] | None = None,
) -> None:
    """Call ``run_once(working)`` until ``stop`` is set.

    ``run_once`` calls ``working()`` once it does its job, and raises HubError when it cannot go on; it returns when it
    has nothing more to do for now and wants to be called again at once. ``report(healthy, reason)`` is called with
    each ``working()`` and with each new failure. An error that is no HubError is a mistake of ours and ends the loop.
    """
    last_reason = ""
    repeats = 0

    def working() -> None:
        nonlocal last_reason, repeats
        backoff.reset()
        if last_reason:
            _log.info("%s: works again%s", name, f" (failed {repeats} more times)" if repeats else "")
            last_reason, repeats = "", 0
        if report is not None:
            report(True, "")

    while not stop.is_set():
        try:
            run_once(working)
        except HubError as error:
            reason = str(error)
            if reason == last_reason:
                repeats += 1
            else:
                _log.warning("%s: %s", name, reason)
                if report is not None:
                    report(False, reason)
                last_reason, repeats = reason, 0
            stop.wait(backoff.next_s())
