"""The embedded PostgreSQL, started again right after everything was killed."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

from hub.app.postgres import EmbeddedPostgres
from hub.store import probe


def made_in(folder: str) -> EmbeddedPostgres:
    server = EmbeddedPostgres(Path(folder) / "postgres", Path(folder) / "postgres" / "run", "a-test-password")
    server.prepare()
    return server


def test_a_server_starts_right_after_its_predecessor_was_killed_or_told_to_end() -> None:
    with tempfile.TemporaryDirectory(prefix="gridhub-test-") as folder:
        servers = [made_in(folder)]
        servers[0].start()
        try:
            for how in (signal.SIGKILL, signal.SIGINT):
                process = servers[-1].child.process
                assert process is not None
                os.kill(process.pid, how)  # and not waited for: it is a zombie, or is still shutting down
                servers.append(made_in(folder))
                servers[-1].start()
                assert probe.answers(servers[-1].conninfo())
        finally:
            for server in reversed(servers):
                server.stop()
