"""Prints the hub's description of its HTTP interface (OpenAPI) without a running hub: for types.mjs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from psycopg_pool import ConnectionPool

from dashboard.api.app import make_app
from dashboard.api.openapi import describe
from hub.clock import SystemClock
from hub.config import Config
from hub.store import Store
from hub.tally import Tally

# Nothing is asked of the store for this: its pool stays closed.
store = Store("", ConnectionPool(open=False), copies=True)
app = make_app(Config(areas=Path("areas.geojson")), store, SystemClock(), Tally())
json.dump(describe(app), sys.stdout)
