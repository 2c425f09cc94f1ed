"""What ``gridhub rules check`` says, over HTTP: of a rule file that is being written, held against the hub as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboard.api.auth import MayRules
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import Body, Text
from dashboard.api.rule_shapes import RuleProblem
from hub import document
from hub.errors import ConfigError, Problem
from hub.model.rights import Right
from hub.store import areas
from rules import inhibition, language
from rules.check import areas_without_match
from rules.reach import World, notices, reach
from rules.rule import Rule
from rules.world import of_configuration, with_store

router = APIRouter(tags=["rules"])


class RuleText(Body):
    """``text`` is a rule file; ``file``: the name that it will have, so that it may replace the rules of that file."""

    text: Annotated[Text, Field(min_length=1, max_length=500_000)]
    file: Annotated[Text, Field(min_length=1, max_length=500)] = "rules.yaml"


class Matched(BaseModel):
    """How many sources and areas a rule matches now, of those that the person may see; at most so much memory, and
    about so much of a core."""

    name: str
    sources: int
    areas: int
    memory_bytes: int
    cpu_share: float


class Checked(BaseModel):
    """All mistakes, at which the file would not be taken; where there are none, what is odd, and what each rule
    matches."""

    problems: list[RuleProblem]
    warnings: list[RuleProblem]
    rules: list[Matched]


@router.post("/rules/check")
def check_rules(asked: RuleText, caller: MayRules, ctx: Ctx) -> Checked:
    """A file with mistakes is answered with them, and 200."""
    try:
        rules = language.parse(asked.text, asked.file)
    except ConfigError as error:
        return Checked(problems=_told(error.problems), warnings=[], rules=[])
    source = document.parse(asked.text, asked.file)
    pages = [page for page in ctx.rules.pages() if page.file != asked.file]
    others = {page.rule.name: page.file for page in pages}
    problems = [
        Problem(asked.file, rule.line, 1, "name", f"{rule.name!r} is already the name of a rule: {others[rule.name]}")
        for rule in rules
        if rule.name in others
    ]
    muting = inhibition.check(
        [*rules, *(page.rule for page in pages)],
        source_of=lambda rule: source if rule.file == asked.file else document.load(Path(rule.file)),
    )
    problems += [problem for problem in muting if problem.file == asked.file]
    paths = [area.path for area in areas.list_areas(ctx.store)]
    problems += areas_without_match(source, paths)
    if problems:
        return Checked(problems=_told(problems), warnings=[], rules=[])
    world, year = _world(ctx, caller), ctx.clock.now().year
    return Checked(
        problems=[],
        warnings=_told(notices(source, rules, world, (year, year + 1))),
        rules=[_matched(rule, world) for rule in rules],
    )


def _world(ctx: Context, caller: Caller) -> World:
    """As much of it as the person may see."""
    world = with_store(of_configuration(ctx.config), ctx.store)
    own = [source for source in world.sources if caller.may(Right.SEE, source.area)]
    return replace(world, sources=tuple(own))


def _matched(rule: Rule, world: World) -> Matched:
    found = reach(rule, world)
    return Matched(
        name=rule.name,
        sources=found.sources,
        areas=found.areas,
        memory_bytes=found.memory_bytes,
        cpu_share=found.cpu_share,
    )


def _told(problems: Sequence[Problem]) -> list[RuleProblem]:
    return [
        RuleProblem(line=each.line, column=each.column, key=each.key, message=each.message) for each in problems
    ]
