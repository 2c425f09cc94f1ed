"""A whole hub on one machine: checked, started in order, kept running, stopped in order.

The supervisor has one thread and does nothing but watch its children, so that it outlives whatever they do.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable, Sequence

from hub import reach
from hub.app import floors
from hub.app.broker import EmbeddedBroker
from hub.app.child import Child
from hub.app.datadir import DataDir, Room, free_bytes, say_full
from hub.app.keeper import give_up
from hub.app.postgres import EmbeddedPostgres
from hub.clock import Clock
from hub.config import Config, store_access, topology
from hub.config.access import camera_source, postgres_socket_dir, secret
from hub.config.check import check
from hub.config.vault import Vault
from hub.errors import ConfigError, Problem, StartError
from hub.log import redact_value
from hub.model.area import Area
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.model.source import Source, SourceKind
from hub.passwords import hash_password
from hub.store import Store, areas, migrate, mutes, people, probe, processes, sources
from hub.store import devices as device_rows

_POLL_S = 0.1
_STABLE_S = 10.0

_log = logging.getLogger(__name__)


class App:
    """``run`` returns when a signal says stop, and leaves no process behind.

    ``extra`` makes further children once the store and the broker are there; ``ready`` is called with the first
    administrator's password, if one was made, as soon as the dashboard accepts connections. It is to be changed at the
    first signing in, but where ``keep_password``: in an invented city.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        ready: Callable[[str | None], None],
        extra: Callable[[], Sequence[Child]] | None = None,
        *,
        keep_password: bool = False,
    ) -> None:
        self._config = config
        self._clock = clock
        self._ready = ready
        self._extra = extra
        self._keep_password = keep_password
        self._stopping = 0
        self._room = Room()
        self._broker: Child | None = None
        self._servers: list[Child] = []
        self._workers: list[Child] = []

    def run(self) -> None:
        """Raises ConfigError and StartError; then nothing has been left running."""
        configured_areas = check_everything(self._config)
        with DataDir(self._config.data_dir):
            _check_port(self._config)
            signal.signal(signal.SIGTERM, self._ask_to_stop)
            signal.signal(signal.SIGINT, self._ask_to_stop)
            try:
                password = self._start(configured_areas)
                self._watch(password)
            except OSError as error:
                raise StartError(f"{error.filename or self._config.data_dir}: {error.strerror or error}") from error
            finally:
                self._stop_all()

    def _start(self, configured_areas: list[Area]) -> str | None:
        config = self._config
        if config.store.url is None:
            server = EmbeddedPostgres(
                config.data_dir / "postgres", postgres_socket_dir(config), secret(config, "postgres")
            )
            server.prepare()
            self._servers.append(server.child)
            server.start()
        else:
            reason = probe.why_not(store_access(config))
            if reason is not None:
                raise StartError(f"the database at store.url cannot be used: {reason}")
        if config.broker.url is None:
            broker = EmbeddedBroker(config)
            broker.prepare()
            self._broker = broker.child
            self._servers.append(broker.child)
            broker.child.start(self._clock.monotonic())
            broker.wait_ready()
        workers = floors.workers(config)
        names = [child.name for child in workers]
        password = prepare_store(config, configured_areas, names, self._clock, keep_password=self._keep_password)
        self._workers = workers
        extra = list(self._extra()) if self._extra else []
        self._servers += extra  # what the workers read ends after them, like the store and the broker
        for child in (*workers, *extra):
            child.start(self._clock.monotonic())
        return password

    def _watch(self, password: str | None) -> None:
        told = False
        while not self._stopping:
            for child in (*self._servers, *self._workers):
                self.tend(child)
            if not (self._config.data_dir / "lock").exists():
                raise StartError(f"the data directory {self._config.data_dir} was removed: stopped")
            self.look_at_disk(free_bytes(self._config.data_dir))
            if not told and reach.accepts(self._config.host, self._config.port, 0.2):
                self._ready(password)
                told = True
            self._clock.sleep(_POLL_S)

    def look_at_disk(self, free: int) -> None:
        """Tell of a disk that is full, once; when there is room again, start the embedded broker anew.

        It has stopped to take messages with the first that it could not write, and does not begin again by itself.
        """
        if not self._room.look(free):
            return
        if self._room.is_full:
            _log.error("%s", say_full(self._config.data_dir, free))
            return
        _log.info("the disk of %s has room again", self._config.data_dir)
        if self._broker is not None:
            self._broker.ask_to_stop()

    def tend(self, child: Child) -> None:
        now_s = self._clock.monotonic()
        status = child.died()
        if status is None:
            if child.backoff.attempts and now_s - child.started_at_s > _STABLE_S:
                child.backoff.reset()
            return
        if child.restart_at_s is None:
            delay_s = child.backoff.next_s()
            child.restart_at_s = now_s + delay_s
            _log.warning("%s ended (%s); starting it again in %.1f s", child.name, _say(status), delay_s)
        elif now_s >= child.restart_at_s:
            try:
                child.start(now_s)
            except OSError as error:  # no memory, no process to be had: the others go on, and this one is tried again
                child.restart_at_s = now_s + child.backoff.next_s()
                _log.warning("%s cannot be started: %s", child.name, error.strerror or error)
                return
            _log.info("%s started again as process %d", child.name, child.process.pid if child.process else 0)

    def _ask_to_stop(self, *_: object) -> None:
        self._stopping += 1
        _log.info("stopping" if self._stopping == 1 else "stopping at once")
        if self._stopping > 1:
            for child in (*self._workers, *self._servers):
                if child.died() is None and child.process is not None:
                    os.killpg(child.process.pid, signal.SIGKILL)

    def _stop_all(self) -> None:
        """First those who use the store and the broker, then these."""
        for family in (self._workers, self._servers):
            for child in family:
                child.ask_to_stop()
            deadline_s = self._clock.monotonic() + max((child.stop_timeout_s for child in family), default=0)
            for child in family:
                child.wait_or_kill(deadline_s - self._clock.monotonic())


def check_everything(config: Config, more: Sequence[Problem] = ()) -> list[Area]:
    """The areas of the configuration.

    Raises ConfigError with every problem of the configuration and of the rules, and with ``more``.
    """
    configured_areas, problems = check(config)
    problems += more
    problems += floors.check_mappings(config)
    problems += floors.check_rules(config)
    if problems:
        raise ConfigError(problems)
    return configured_areas


def prepare_store(
    config: Config, configured_areas: list[Area], names: Sequence[str], clock: Clock, *, keep_password: bool = False
) -> str | None:
    """Migrate, bring areas and sources in line with the configuration; answers the first administrator's password.

    None where there are people already. One that was made is to be changed, but where ``keep_password``.
    """
    with Store.open(store_access(config), "app", timeout_s=20.0) as store:
        migrate.upgrade(store)
        devices = [
            Source(device.id, SourceKind.DEVICE, device.area, device.type, device.name or device.id, device.settings())
            for device in config.devices
        ]
        vault = Vault.of(config)
        cameras = [vault.seal(camera_source(config, index)) for index in range(len(config.cameras))]
        if count := sources.seal_clear(store, vault):
            _log.info("encrypted the passwords of %d cameras", count)
        with store.transaction() as tx:
            areas.put(tx, configured_areas)
            device_rows.put_types(tx, config.device_types)
            mutes.put_topology(tx, topology.read(config.topology, config.path.parent))
            sources.sync(tx, [*cameras, *devices], clock.now())
        for process in processes.list_processes(store):
            give_up(store, process, clock.now())  # nobody watched while the hub was not running
        processes.retain(store, names)
        return _first_administrator(store, keep_password=keep_password)


def _first_administrator(store: Store, *, keep_password: bool) -> str | None:
    if people.list_people(store):
        return None
    given = os.environ.get("GRIDHUB_ADMIN_PASSWORD")
    password = given or secrets.token_urlsafe(12)
    redact_value(password)
    try:
        # What is in the environment was chosen by whoever starts the hub; what is made here stands on a screen.
        is_given = not given and not keep_password
        admin = Person("admin", (Grant(Role.ADMINISTRATOR),), password_given=is_given)
        people.add(store, admin, hash_password(password))
    except ValueError as error:
        raise StartError(f"GRIDHUB_ADMIN_PASSWORD cannot be used: {error}") from error
    return None if given else password


def _check_port(config: Config) -> None:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((config.host, config.port))
        except OSError as error:
            raise StartError(f"cannot listen on {config.listen}: {(error.strerror or str(error)).lower()}") from error


def _say(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"

