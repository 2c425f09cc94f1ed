"""What the interface answers about the rules and their files."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from hub.model.alert import Severity


class Rule(BaseModel):
    """``text`` is the rule as it stands in its file; ``open`` counts its alerts that are not resolved, ``day`` those
    that began in the last 24 hours. ``state``: failing or too slow (and therefore set aside, because of
    ``fault``), holding alerts back for somebody to look (``held_back``: how many), or on."""

    name: str
    severity: Severity
    summary: str
    file: str
    by: str
    areas: list[str]
    text: str
    procedure: str | None
    open: int
    day: int
    state: Literal["on", "failing", "too_slow", "held"]
    held_back: int
    fault: str | None


class RuleProblem(BaseModel):
    """``line`` and ``column`` count from 1; 0 is the file as a whole."""

    line: int
    column: int
    key: str
    message: str


class RuleFile(BaseModel):
    """``rules`` are those in force; where there are ``problems``, they are those of before its last change."""

    file: str
    text: str
    rules: list[str]
    problems: list[RuleProblem]
