"""Adding cameras from a list: planned as a whole, then carried out in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal

from hub.config.vault import Vault
from hub.errors import Problem
from hub.model.allowlist import AllowList
from hub.model.source import Source
from hub.store import Store, areas, sources
from ingest.video.roster import Entry, Known, read

Outcome = Literal["added", "updated", "unchanged", "wrong"]
AT_ONCE = 4
"""Cameras that are looked at together: each is a connection, a decoder and a picture."""

Check = Callable[[Source], Mapping[str, str]]
"""What is wrong with a camera, having looked at it, by column; empty where it sends a picture."""


@dataclass(frozen=True, slots=True)
class LineReport:
    """What becomes of one line. ``problems`` say what is wrong with it, and what was meant."""

    line: int
    id: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list asks for. ``problems`` are all of them, in the order of their lines; ``before``: the sources against
    which it was planned, by their ids."""

    new: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    unchanged: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    before: Mapping[str, Source]

    def lines(self) -> list[LineReport]:
        """A report per line, in their order."""
        wrong: dict[int, list[Problem]] = {}
        for problem in self.problems:
            wrong.setdefault(problem.line, []).append(problem)
        reports = [LineReport(line, "", "wrong", tuple(found)) for line, found in wrong.items()]
        groups: tuple[tuple[Outcome, tuple[Entry, ...]], ...] = (
            ("added", self.new), ("updated", self.changed), ("unchanged", self.unchanged)
        )  # fmt: skip
        reports += [LineReport(entry.line, entry.source.id, word, ()) for word, group in groups for entry in group]
        return sorted(reports, key=lambda report: report.line)


def known_to(store: Store, allowed: AllowList, vault: Vault) -> Known:
    """What lists are read against now."""
    paths = {area.path for area in areas.list_areas(store)}
    return Known(paths, allowed, {source.id: source for source in sources.list_sources(store)}, vault)


def plan(
    data: bytes, file: str, known: Known, *, update: bool = False, credentials: Mapping[str, str] | None = None
) -> Plan:
    """What is to be done. Where ``update`` is not set, a camera that is there and differs is a problem.

    ``credentials`` are for the lines that have none.
    """
    found = read(data, file, known, credentials or {})
    problems, changed = list(found.problems), found.changed
    if not update:
        for entry in changed:
            differing = ", ".join(_differing(known.sources[entry.source.id], entry.source))
            words = f"{entry.source.id!r} is there already, and differs in {differing}: update it, or take another id"
            problems.append(Problem(file, entry.line, 0, "id", words))
        changed = []
    problems.sort(key=lambda problem: problem.line)
    return Plan(tuple(found.new), tuple(changed), tuple(found.unchanged), tuple(problems), known.sources)


def looked_at(planned: Plan, file: str, look: Check, progress: Callable[[], None]) -> Plan:
    """``planned`` without the cameras that send no picture; these are problems. A few are looked at at once."""
    entries = [*planned.new, *planned.changed]
    wrong: dict[int, list[Problem]] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="probe") as pool:
        waiting = {pool.submit(look, entry.source): entry for entry in entries}
        for done in as_completed(waiting):
            line = waiting[done].line
            if found := [Problem(file, line, 0, column, reason) for column, reason in done.result().items()]:
                wrong[line] = found
            progress()
    return Plan(
        tuple(entry for entry in planned.new if entry.line not in wrong),
        tuple(entry for entry in planned.changed if entry.line not in wrong),
        planned.unchanged,
        tuple(sorted([*planned.problems, *chain.from_iterable(wrong.values())], key=lambda problem: problem.line)),
        planned.before,
    )


def carry_out(store: Store, planned: Plan, vault: Vault, now: datetime) -> None:
    """Add and update, all of it or nothing. Raises StoreError, also Conflict where somebody has changed one of the
    cameras since it was planned, and SecretLost."""
    new, changed = _sealed(planned.new, vault), _sealed(planned.changed, vault)
    with store.transaction() as tx:
        if new:
            sources.add_many(tx, new, now)
        if changed:
            sources.update_many(tx, changed, planned.before)


def _sealed(entries: Sequence[Entry], vault: Vault) -> list[Source]:
    return [vault.seal(entry.source) for entry in entries]


def _differing(there: Source, meant: Source) -> list[str]:
    found = [name for name in ("area", "name") if getattr(there, name) != getattr(meant, name)]
    keys = sorted(set(there.config) | set(meant.config))
    found += [key for key in keys if there.config.get(key) != meant.config.get(key)]
    return found or ["username or password"]
