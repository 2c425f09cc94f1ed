"""How people sign in: for how long, and who needs a second factor."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from hub.config.values import Duration, Settings
from hub.model.rights import Role


class PeopleSettings(Settings):
    """``second_factor``: whoever has one of these roles may do nothing until they have added one."""

    session: Duration = timedelta(hours=12)
    """From signing in until one has to do it again, whatever one does meanwhile."""
    second_factor: Annotated[tuple[Role, ...], Field(max_length=len(Role))] = ()
