"""The rules that are in force."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.api import shapes
from dashboard.api.auth import Viewer
from dashboard.api.context import Ctx
from hub.store import readings

router = APIRouter(tags=["rules"])


@router.get("/rules")
def list_rules(person: Viewer, ctx: Ctx) -> shapes.Page[shapes.Rule]:
    """All of them, on one page."""
    counts = readings.open_alerts_by_rule(ctx.store, person.area)
    items = [
        shapes.Rule(
            name=page.rule.name,
            severity=page.rule.severity,
            summary=page.summary,
            file=page.file,
            by=page.rule.by,
            areas=[pattern.text for pattern in page.rule.areas],
            text=page.rule.text,
            procedure=page.rule.procedure,
            open=counts.get(page.rule.name, 0),
        )
        for page in ctx.rules.pages()
    ]
    return shapes.Page(items=items, next=None)
