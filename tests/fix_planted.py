"""Something of every kind in the half of the city that a stranger does not see; it bears marks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.model.alert import Alert
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.store import bookmarks, devices, outages, people, silences
from tests.fix_api import OTHER_GRID, T0, Api, fire, refuse

MARK = "mark-of-the-other-half"
MARKS = (MARK, "Yard", "Smoke 2", "Grid 2", "新兴区")
"""No answer to a stranger holds one."""


def plant(api: Api) -> Alert:
    alert = fire(api.store, OTHER_GRID)
    later = datetime.now(UTC) + timedelta(hours=1)
    refuse(api, "smoke-2", MARK.encode())
    devices.put_strangers(api.store, [devices.Stranger("stranger-1", MARK, 1, T0, T0)])
    outages.begin(api.store, None, None, OTHER_GRID, "ines", MARK, T0, later)
    with api.store.transaction() as tx:
        silences.add(tx, [], OTHER_GRID, "otto", MARK, T0, later, T0)
        bookmarks.add(tx, OTHER_GRID, T0, None, [], None, MARK, "otto", T0)
        tx.execute("update alert set summary = %s where area = %s", [MARK, OTHER_GRID])
        tx.execute("update incident set title = %s where area = %s", [MARK, OTHER_GRID])
    for name in ("geng", MARK):
        people.add(api.store, Person(name, (Grant(Role.VIEWER, OTHER_GRID),)), "x")
    return alert
