"""Alerts that are on in the store and that the rules do not hold, as after a start or a change of the rules. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hub.model.alert import Alert, Resolve
from rules.evaluator import Evaluator


def orphans(open_alerts: Iterable[Alert], evaluator: Evaluator, now: datetime) -> list[Resolve]:
    """Ends for open alerts that the rules as they are now do not hold, as after a change of the rules.

    Alerts of a rule that was set aside stay open: nobody can say that they are over. They end when it is taken up
    again, as nothing is known of what came meanwhile.
    """
    held = {(fire.rule, fire.fingerprint) for fire in evaluator.active()}
    failed = {fault.rule for fault in evaluator.faults}
    ends = []
    for alert in open_alerts:
        if (alert.rule, alert.fingerprint) not in held and alert.rule not in failed:
            if alert.rule not in evaluator.rules:
                reason = "rule_removed"
            elif alert.rule in evaluator.taken_up:
                reason = "rule_taken_up"
            else:
                reason = "not_held_after_restart" if alert.rule in evaluator.kept else "rule_changed"
            ends.append(Resolve(alert.rule, alert.fingerprint, now, reason))
    return ends
