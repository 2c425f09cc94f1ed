"""Tests of the tests: each pure module of the rules is changed in many small ways, and its unit tests have to notice.

``python -m bench mutants [--only MODULE …] [--sample N] [--seed N] [--show]``. The tool is mutmut (its mutants are
those of functions: operators, numbers, texts, arguments that are left out); what it needs stands in a copy of the
repository in a temporary folder. With ``--sample`` so many mutants of each module are tried, chosen by chance.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.report import Row

_ROOT = Path(__file__).parents[1]
_COPIED = ("hub", "rules", "examples", "docs")
_FEW = "tests/unit/test_rules_oracle.py::test_random_rules_give_the_alerts_of_the_oracle_whatever_befalls_the_engine"
_ENGINE = ("evaluator", "joins", "strays", "group")
_LANGUAGE = ("language", "language_more", "language_whole", "summary", "habits")
MODULES: dict[str, Sequence[str]] = {
    "rules/window.py": ("spans",),
    "rules/take.py": ("take",),
    "rules/sight.py": ("sight",),
    "rules/weigh.py": ("weigh",),
    "rules/filter.py": ("filter",),
    "rules/schedule.py": ("schedule",),
    "rules/reach.py": ("reach",),
    "rules/surplus.py": ("surplus", "evaluator"),
    "rules/conditions.py": (*_ENGINE, _FEW),
    "rules/fusion.py": (*_ENGINE, _FEW),
    "rules/state.py": (*_ENGINE, _FEW),
    "rules/group.py": (*_ENGINE, _FEW),
    "rules/links.py": (*_ENGINE, _FEW),
    "rules/registry.py": ("joins", "evaluator", _FEW),
    "rules/memory.py": (*_ENGINE, "lending", _FEW),
    "rules/evaluator.py": (*_ENGINE, "surplus", "looks", "in_step", _FEW),
    "rules/snapshot.py": (*_ENGINE, "snapshot"),
    "rules/strays.py": ("strays",),
    "rules/telling.py": ("telling",),
    "rules/timers.py": ("timers",),
    "rules/adjacency.py": ("adjacency", "joins"),
    "rules/sieve.py": ("sieve_steps", "in_step"),
    "rules/quiet.py": ("quiet", "in_step"),
    "rules/lending.py": ("lending", "in_step"),
    "rules/shelf.py": ("in_step",),
    "rules/panes.py": ("panes", "in_step"),
    "rules/samples.py": ("panes", "in_step"),
    "rules/columns.py": ("columns",),
    "rules/looks.py": ("looks",),
    "rules/units.py": ("units",),
    "rules/language.py": _LANGUAGE,
    "rules/condition_words.py": _LANGUAGE,
    "rules/words.py": _LANGUAGE,
    "rules/params.py": _LANGUAGE,
    "rules/summary.py": ("summary",),
    "rules/inhibition.py": ("check",),
    "rules/testing.py": ("testing", "outcome"),
    "rules/trial.py": ("trial", "testing"),
    "rules/backtest.py": ("backtest",),
    "rules/timeline.py": ("timeline",),
    "rules/ratios.py": ("ratios",),
    "hub/model/alarm.py": ("tests/unit/test_alarm.py",),
}
"""Each with its tests: what stands in ``tests/unit/test_rules_NAME.py``, or a path."""
_OUT_OF_TIME = {24, -24, 36, 152}
_KILLED = {1, 3, 255, -11, -9} | _OUT_OF_TIME
"""Exit statuses of the tests: they failed, or fell, or ran out of time, as on a machine that stood still."""
_SURVIVED = {0, 5, 33}
"""They passed, or there were none."""


def run(arguments: Sequence[str]) -> list[Row]:
    parser = argparse.ArgumentParser(prog="python -m bench mutants")
    parser.add_argument("--only", nargs="+", choices=list(MODULES), default=list(MODULES), metavar="MODULE")
    parser.add_argument("--sample", type=int, default=0, help="so many of each module; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="the survivors, as differences")
    options = parser.parse_args(arguments)
    rows, total = [], Counter[str]()
    for module in options.only:
        with tempfile.TemporaryDirectory(prefix="gridhub-mutants-") as name:
            found = _try_out(Path(name), module, options.sample, options.seed, show=options.show)
        late = f", {found['late']} of them by time" if found["late"] else ""
        print(f"{module}: {found['killed']} of {found['tried']} killed{late}, {found['all']} there are", flush=True)
        rows.append(Row(f"{module}: mutants killed", _percent(found), "%", ">= 80"))
        total += found
    return [*rows, Row(f"all {total['tried']} that were tried: killed", _percent(total), "%", ">= 80")]


def _percent(found: Counter[str]) -> float:
    return 100 * found["killed"] / max(1, found["tried"])


def _try_out(folder: Path, module: str, sample: int, seed: int, *, show: bool) -> Counter[str]:
    _copy(folder, module)
    names: list[str] = []
    if sample:
        # A pattern that fits nothing makes the mutants and tries none.
        _mutmut(folder, "run", "--max-children", "1", "none.such")
        known = sorted(_statuses(folder, module))
        names = random.Random(seed).sample(known, min(sample, len(known)))
    _mutmut(folder, "run", "--max-children", "1", *names)
    statuses = _statuses(folder, module)
    tried = {name: status for name, status in statuses.items() if status in _KILLED | _SURVIVED}
    if not tried:
        raise RuntimeError(f"no mutant of {module} was tried: are its tests green without one?")
    survivors = sorted(name for name, status in tried.items() if status in _SURVIVED)
    for name in survivors:
        print(f"  {name}", flush=True)
        if show:
            print(_mutmut(folder, "show", name), flush=True)
    late = sum(status in _OUT_OF_TIME for status in tried.values())
    return Counter(all=len(statuses), tried=len(tried), killed=len(tried) - len(survivors), late=late)


def _copy(folder: Path, module: str) -> None:
    for name in _COPIED:
        shutil.copytree(_ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(_ROOT / "tests" / "unit", folder / "tests" / "unit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_ROOT / "tests" / "__init__.py", folder / "tests")
    tests = [
        f"{name}[{part}]" if name == _FEW else name if "/" in name else f"tests/unit/test_rules_{name}.py"
        for name in MODULES[module]
        for part in range(2 if name == _FEW else 1)
    ]
    config = {
        "source_paths": ["hub", "rules"],
        "only_mutate": [module],
        "also_copy": ["examples", "docs"],
        "pytest_add_cli_args": ["-p", "no:xdist", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": tests,
    }
    text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in config.items())
    project = (_ROOT / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(f"{project}\n[tool.mutmut]\n{text}\n")


def _mutmut(folder: Path, *words: str) -> str:
    """What it prints; that some survive, or that nothing fits, is no failure of it."""
    argv = [sys.executable, "-m", "mutmut", *words]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False).stdout


def _statuses(folder: Path, module: str) -> dict[str, int | None]:
    path = folder / "mutants" / f"{module}.meta"
    if not path.exists():
        raise RuntimeError(f"mutmut made nothing of {module}: are its tests green without it?")
    found: dict[str, int | None] = json.loads(path.read_text())["exit_code_by_key"]
    return found
