"""The store of a configuration for a command: of the hub that runs, or started for as long as the command takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hub.app.datadir import DataDir
from hub.app.postgres import EmbeddedPostgres
from hub.config import Config, store_access
from hub.config.access import postgres_socket_dir, secret
from hub.errors import StartError
from hub.store import probe


@contextmanager
def served(config: Config, *, make: bool = False) -> Iterator[bool]:
    """Answers whether a hub may be using the store meanwhile: no other can be started while we serve it ourselves.

    ``make``: an embedded store that was never there is made. Raises StartError.
    """
    conninfo = store_access(config)
    if config.store.url is not None or probe.answers(conninfo):
        yield True
        return
    folder = config.data_dir / "postgres"
    if not make and not (folder / "data" / "PG_VERSION").exists():
        raise StartError(f"there is no store in {config.data_dir} yet: gridhub up makes it")
    with DataDir(config.data_dir):
        server = EmbeddedPostgres(folder, postgres_socket_dir(config), secret(config, "postgres"))
        server.prepare()
        try:
            server.start()
            yield False
        finally:
            server.stop()
