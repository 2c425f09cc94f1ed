"""Words that authors bring along from Prometheus and other systems, and what they are called here. Pure.

A near word would often be a wrong one: ``and`` is not ``any``.
"""

from __future__ import annotations

_THRESHOLD = "write the limit as 'above' or 'below', as in {metric: smoke, above: 0.3}"
_OF_RULE = "'severity', 'summary' and 'procedure' are keys of the rule itself"

HABITS = {
    "groups": "the rules of all groups stand in one list below 'rules'",
    "alert": "did you mean 'name'?",
    "title": "did you mean 'name'?",
    "id": "did you mean 'name'?",
    "expr": "the condition stands under 'when', as in when: {metric: smoke, above: 0.3, for: 10s}",
    "condition": "did you mean 'when'?",
    "conditions": "they stand under 'when', in a list: when: {all: [...]} or when: {any: [...]}",
    "labels": _OF_RULE,
    "annotations": _OF_RULE,
    "record": "no values are recorded: a condition takes its value itself, as in {metric: pm25, take: mean, over: 5m}",
    "description": "did you mean 'summary', or 'procedure' for what to do?",
    "message": "did you mean 'summary'?",
    "runbook": "did you mean 'procedure'?",
    "runbook_url": "did you mean 'procedure'?",
    "priority": "did you mean 'severity'?",
    "level": "did you mean 'severity'?",
    "group_by": "did you mean 'by'?",
    "and": "did you mean 'all'?",
    "or": "did you mean 'any'?",
    "unless": "write all: [..., {not: {...}}]",
    "value": _THRESHOLD,
    "threshold": _THRESHOLD,
    "op": _THRESHOLD,
    "operator": _THRESHOLD,
    "gt": "did you mean 'above'?",
    "greater_than": "did you mean 'above'?",
    "lt": "did you mean 'below'?",
    "less_than": "did you mean 'below'?",
    "hysteresis": "did you mean 'clear_below' or 'clear_above', the limit at which it ends?",
    "duration": "did you mean 'for'?",
    "absent": "did you mean 'absent_for'?",
    "window": "did you mean 'over'?",
    "interval": "did you mean 'every'?",
    "step": "did you mean 'every'?",
    "aggregate": "did you mean 'take'?",
    "function": "did you mean 'take'?",
    "filter": "did you mean 'where'?",
    "avg": "did you mean 'mean'?",
    "average": "did you mean 'mean'?",
    "avg_over_time": "did you mean 'mean'?",
    "delta": "did you mean 'change'?",
    "increase": "did you mean 'change'?",
    "p50": "did you mean 'median'?",
    "info": "did you mean 'warning'?",
    "page": "did you mean 'critical'?",
    "error": "did you mean 'major'?",
    "high": "did you mean 'major'?",
    "low": "did you mean 'minor'?",
}
"""What is wrong → what is meant, for ``hub.document.validate``."""
