"""The embedded PostgreSQL, started again right after everything was killed."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import pytest

from hub.app.postgres import EmbeddedPostgres
from hub.errors import StartError
from hub.store import probe


def made_in(folder: str) -> EmbeddedPostgres:
    server = EmbeddedPostgres(Path(folder) / "postgres", Path(folder) / "postgres" / "run", "a-test-password")
    server.prepare()
    return server


@pytest.mark.parametrize("trap", ["link", "writable"])
def test_a_socket_folder_that_somebody_else_prepared_is_not_used(tmp_path: Path, trap: str) -> None:
    run = tmp_path / "run"
    if trap == "link":
        (tmp_path / "elsewhere").mkdir()
        run.symlink_to(tmp_path / "elsewhere")
    else:
        run.mkdir()
        run.chmod(0o777)
    with pytest.raises(StartError, match="belongs to somebody else"):
        EmbeddedPostgres(tmp_path / "postgres", run, "a-test-password").prepare()
    assert not (tmp_path / "postgres" / "data").exists()


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
