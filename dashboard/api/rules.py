"""The rules that are in force, how they are, and the files that they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from fastapi import APIRouter

from dashboard.api import rule_shapes, shapes
from dashboard.api.auth import MaySee
from dashboard.api.context import Ctx
from hub.store import processes, readings, rule_states
from hub.store.processes import Process

router = APIRouter(tags=["rules"])

_DAY = timedelta(hours=24)
State = Literal["on", "failing", "too_slow", "held"]
_STATES: dict[str, State] = {
    "gridhub_rules_failing": "failing",
    "gridhub_rules_too_slow": "too_slow",
    "gridhub_rules_alerts_held_back": "held",
}


@router.get("/rules")
def list_rules(caller: MaySee, ctx: Ctx) -> shapes.Page[rule_shapes.Rule]:
    """All of them, on one page."""
    within = caller.narrow()
    counts = readings.open_alerts_by_rule(ctx.store, within)
    day = readings.begun_by_rule(ctx.store, within, ctx.clock.now() - _DAY)
    told = _told(processes.list_processes(ctx.store))
    faults = rule_states.faults(ctx.store)
    items = [
        rule_shapes.Rule(
            name=page.rule.name,
            severity=page.rule.severity,
            summary=page.summary,
            file=page.file,
            by=page.rule.by,
            areas=[pattern.text for pattern in page.rule.areas],
            text=page.rule.text,
            procedure=page.rule.procedure,
            open=counts.get(page.rule.name, 0),
            day=day.get(page.rule.name, 0),
            state=next((state for state in _STATES.values() if told.get((page.rule.name, state))), "on"),
            held_back=told.get((page.rule.name, "held"), 0),
            fault=faults[page.rule.name].reason if page.rule.name in faults else None,
        )
        for page in ctx.rules.pages()
    ]
    return shapes.Page(items=items, next=None)


@router.get("/rules/files")
def list_rule_files(_: MaySee, ctx: Ctx) -> shapes.Page[rule_shapes.RuleFile]:
    """The rule files as they are written now, with all that is wrong in them. On one page."""
    items = [
        rule_shapes.RuleFile(
            file=found.name,
            text=found.text,
            rules=[page.rule.name for page in found.pages],
            problems=[
                rule_shapes.RuleProblem(line=each.line, column=each.column, key=each.key, message=each.message)
                for each in found.problems
            ],
        )
        for found in ctx.rules.files()
    ]
    return shapes.Page(items=items, next=None)


def _told(known: Sequence[Process]) -> dict[tuple[str, State], int]:
    """What the engine says of rules in its counts, where it lives."""
    return {
        (sample["labels"].get("rule", ""), _STATES[sample["name"]]): int(sample["value"])
        for process in known
        if process.state != "down"
        for sample in process.samples
        if sample["name"] in _STATES
    }
