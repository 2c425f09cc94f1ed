"""Who asks, and what they may do where. Pure.

A route names the right that it needs; the caller it is handed knows that right, so that a route cannot ask for one and
check another. What somebody may not see is answered as if it did not exist; what they may see and not do is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.api.problems import ProblemError
from hub.errors import NotFound
from hub.model.area import Within
from hub.model.person import Person, Standing
from hub.model.rights import EVERYWHERE, Reach, Right, holds, narrowed


@dataclass(frozen=True, slots=True)
class Caller:
    """``right``: the one that the route needs. It holds somewhere: whether here, each object is asked."""

    standing: Standing
    reach: Reach
    right: Right

    @property
    def name(self) -> str:
        return self.standing.person.name

    @property
    def key(self) -> str:
        """Names the session or the token, and is no secret."""
        return self.standing.key

    @property
    def session(self) -> int:
        """The number of the session; of somebody who has signed in."""
        return int(self.key.removeprefix("session:"))

    @property
    def person(self) -> Person:
        return self.standing.person

    @property
    def everywhere(self) -> bool:
        """Whether the right of this route holds in the whole city: also over what lies in no area."""
        return self.may(self.right, EVERYWHERE)

    def may(self, right: Right, area: str) -> bool:
        """Whether ``right`` holds at ``area``; with ``EVERYWHERE``, in the whole city."""
        return holds(self.reach, right, area)

    def within(self, right: Right) -> list[str]:
        """The subtrees in which ``right`` holds; ``EVERYWHERE`` is one. For queries rather ``narrow``."""
        return list(self.reach.get(right, ()))

    def require(self, area: str, what: str) -> None:
        """Raises NotFound where the caller may not see ``area``, so that ``what`` does not exist for them, and
        ProblemError 403 where they may see it and not do this there."""
        if not self.may(Right.SEE, area):
            raise NotFound(f"there is no {what}")
        if not self.may(self.right, area):
            raise ProblemError(403, "not_allowed", f"this needs the right '{self.right}' at {area or 'the whole city'}")

    def narrow(self, asked: str | None = None) -> Within:
        """What to list: of what was asked for as much as the right of this route reaches. Raises ProblemError 403 for
        nothing of it."""
        subtrees = narrowed(self.reach.get(self.right, ()), asked or EVERYWHERE)
        if not subtrees:
            raise ProblemError(403, "outside_your_area", "you may see nothing there")
        return None if EVERYWHERE in subtrees else subtrees

    def own_area(self) -> str | None:
        """Where something is to be that names no area itself: all that the caller may; None is the whole city. Raises
        ProblemError 422 where that is more than one area."""
        subtrees = self.reach[self.right]
        if len(subtrees) > 1:
            item = f"name one of your areas: {', '.join(subtrees)}"
            raise ProblemError(422, "invalid", f"area: {item}")
        return subtrees[0] or None
