"""The only room that knows psycopg and SQL. See ``docs/design/way-of-an-observation.md``."""

from hub.store.store import Store, Tx

__all__ = ["Store", "Tx"]
