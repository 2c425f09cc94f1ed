"""The rules against the oracle: a million cases, each one random rule over one random story.

``python -m bench oracle [--cases N] [--processes N] [--first SEED]``. A seed that fails is named with what it takes to
see why; ``--only SEED`` runs that one again. The stories are of ``tests/unit/rules_cases.py``.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from multiprocessing import get_context

from bench.report import Row
from tests.unit.rules_cases import check

_SHOWN = 5  # failures that are told in full
_EVERY_S = 10.0
_CHUNK = 20  # seeds a process takes at once
_LEAST = 11  # cases of a seed, on an average of many


def run(arguments: Sequence[str]) -> list[Row]:
    parser = argparse.ArgumentParser(prog="python -m bench oracle")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--first", type=int, default=1_000_000, metavar="SEED", help="those of the tests end before")
    parser.add_argument("--only", type=int, metavar="SEED", help="this one, with what is wrong in full")
    options = parser.parse_args(arguments)
    if options.only is not None:
        cases, _ = check(options.only)
        return [Row(f"seed {options.only}: cases that agree", cases, "", "> 0")]
    began_s = said_s = time.monotonic()
    cases = told = 0
    spent_s = 0.0
    failed: list[str] = []
    firsts = range(options.first, options.first + options.cases // _LEAST + _CHUNK, _CHUNK)
    with get_context("spawn").Pool(options.processes) as pool:
        for some, due, cpu_s, wrong in pool.imap_unordered(_chunk, firsts):
            cases, told, spent_s = cases + some, told + due, spent_s + cpu_s
            for words in wrong[: max(0, _SHOWN - len(failed))]:
                print(words, flush=True)
            failed += wrong
            if time.monotonic() - said_s > _EVERY_S:
                said_s = time.monotonic()
                left_s = (said_s - began_s) / cases * max(0, options.cases - cases)
                print(f"{cases:,} cases, {len(failed)} seeds failed, {left_s / 60:.0f} min to go", flush=True)
            if cases >= options.cases:
                pool.terminate()
                break
    return [
        Row(f"cases, from seed {options.first} on", cases, "", f">= {options.cases}"),
        Row("seeds in which the engine and the oracle differ", len(failed), "", "<= 0"),
        Row("cases in which an alert was due", 100 * told / cases, "%", ">= 40"),
        Row("CPU time a case", 1000 * spent_s / cases, "ms", "<= 60"),
    ]


def _chunk(first: int) -> tuple[int, int, float, list[str]]:
    """Cases, those in which an alert was due, CPU seconds, and what is wrong."""
    began_s = time.process_time()
    cases = told = 0
    wrong = []
    for seed in range(first, first + _CHUNK):
        try:
            found = check(seed)
        except AssertionError as error:
            wrong.append(str(error))
        else:
            cases, told = cases + found[0], told + found[1]
    return cases, told, time.process_time() - began_s, wrong
