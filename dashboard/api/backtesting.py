"""``python -m dashboard.api.backtesting``: one backtest, in a process of its own. JSON on standard input; on standard
output a line of JSON for each step, the last one with the outcome."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard.api.rulebook import shown
from hub import log
from hub.config import load, store_access
from hub.errors import ConfigError, HubError
from hub.model.times import parse_instant, rfc3339
from hub.store import Store
from rules import language
from rules.backtest_task import Task, as_json, from_store, in_place_of

MOST_TOLD = 2_000
"""Alerts that are told one by one; all are counted."""
MOST_AREAS = 200
_EVERY_S = 0.5


def main() -> None:
    log.setup("backtest", logging.WARNING)
    asked = json.load(sys.stdin)
    try:
        found = _run(asked)
    except ConfigError as error:
        _say({"failed": "; ".join(str(problem) for problem in error.problems)})
    except HubError as error:
        _say({"failed": log.redact(str(error))})
    else:
        _say({"outcome": found})


def _run(asked: dict[str, Any]) -> dict[str, Any]:
    config = load(Path(asked["config"]))
    # What is asked for by the name that people know the file by is held against the rules of that file.
    files = {shown(config, path): str(path) for path in config.rule_files()}
    file = files.get(asked["file"], asked["file"])
    rules = language.parse(asked["text"], file)
    in_force, wrong = language.load_what_is_right(config.rule_files())
    # Of a file that is wrong for the moment nobody here knows the rules that are in force.
    against = None if any(problem.file == file for problem in wrong) else in_place_of(rules, in_force)
    first, last = parse_instant(asked["from"]), parse_instant(asked["to"])
    task = Task(rules, against, first, last, asked["within"])
    told_s = 0.0

    def tell(at: datetime, observations: int, alerts: int) -> None:
        nonlocal told_s
        if time.monotonic() - told_s >= _EVERY_S:
            told_s = time.monotonic()
            done = (at - first) / (last - first)
            _say({"at": rfc3339(at), "done": round(min(max(done, 0.0), 1.0), 4), "observations": observations,
                  "alerts": alerts})  # fmt: skip

    with Store.open(store_access(config), "backtest") as store:
        outcome = as_json(from_store(store, task, tell))
    outcome["total"] = len(outcome["alerts"])
    del outcome["alerts"][MOST_TOLD:]
    del outcome["areas"][MOST_AREAS:]
    return outcome


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
