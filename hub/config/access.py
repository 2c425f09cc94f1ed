"""Where the store and the broker are, and the secrets that open them.

Nothing of this is ever an argument of a process or written to a log: every process reads the configuration and the
secret files (mode 0600) itself. What is left out of the configuration is embedded, and lives under ``data_dir``.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from hub import reach
from hub.config.address import AddressNotAllowed, check_written, place
from hub.config.settings import WORKER_KEYS, Config
from hub.errors import ConfigError, StartError
from hub.log import redact_value
from hub.model.source import Source, SourceKind

_MAX_SOCKET_PATH_BYTES = 90  # sun_path holds 108; PostgreSQL appends "/.s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: Path | None = None
    pinned: bool = False
    """``ca_file`` is the certificate itself, whatever name is in it."""


def store_access(config: Config) -> str:
    """A libpq connection URL. Raises ConfigError where a secret file cannot be read."""
    if config.store.url is not None:
        password = urlsplit(config.store.url).password
        if password:
            redact_value(unquote(password))
        return config.store.url
    password = secret(config, "postgres")
    return f"postgresql://gridhub:{quote(password)}@/gridhub?host={quote(str(postgres_socket_dir(config)))}"


def broker_access(config: Config) -> BrokerAccess:
    """How to reach the broker. Raises ConfigError, or StartError where the embedded broker never ran."""
    if config.broker.url is None:
        port_file = config.data_dir / "broker" / "port"
        try:
            port = int(port_file.read_text())
        except (OSError, ValueError) as error:
            raise StartError("the embedded broker has not been started in this data directory yet") from error
        own = config.broker.certificate
        host = reach.from_here(own_broker_host(config))
        return BrokerAccess(host, port, "gridhub", secret(config, "broker"), own is not None, own, own is not None)
    parts = urlsplit(config.broker.url)
    tls = parts.scheme == "mqtts"
    password = unquote(parts.password) if parts.password else None
    if config.broker.password_file is not None:
        password = _read_secret(config, config.broker.password_file, ("broker", "password_file"))
    if password:
        redact_value(password)
    username = config.broker.username or (unquote(parts.username) if parts.username else None)
    port = parts.port or (8883 if tls else 1883)
    return BrokerAccess(parts.hostname or "localhost", port, username, password, tls, config.broker.ca_file)


def own_broker_host(config: Config) -> str:
    """Where the hub's own broker listens."""
    return "127.0.0.1" if config.broker.listen is None else config.broker.listen.rpartition(":")[0].strip("[]")


def camera_source(config: Config, index: int) -> Source:
    """A configured camera as a source: its URL without credentials, and these apart. Raises ConfigError."""
    camera = config.cameras[index]
    password = None
    if camera.password_file is not None:
        password = _read_secret(config, camera.password_file, ("cameras", index, "password_file"))
    where, own = place(camera.url, camera.substream_url, camera.username, password)
    for key in ("url", "substream_url"):
        try:
            check_written(where[key] or "", config.network.allowed)
        except AddressNotAllowed as error:
            raise ConfigError([config.problem(("cameras", index, key), error.advice)]) from error
    settings = camera.model_dump(mode="json", include=set(WORKER_KEYS))
    return Source(
        id=camera.id,
        kind=SourceKind.CAMERA,
        area=camera.area,
        type="camera",
        name=camera.name or camera.id,
        config={**where, **settings},
        secret=own,
    )


def secret(config: Config, name: str) -> str:
    """A secret of this installation, made on first use, in a file that only its owner can read."""
    folder = config.data_dir / "secrets"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = folder / name
    if not path.exists():
        # Written whole before it has its name, so that a process that starts at the same time reads all or nothing.
        with tempfile.NamedTemporaryFile("w", dir=folder, prefix=f"{name}.") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)
    value = path.read_text().strip()
    redact_value(value)
    return value


def postgres_socket_dir(config: Config) -> Path:
    """The folder of the embedded server's Unix socket, short enough for a socket address."""
    wanted = config.data_dir / "postgres" / "run"
    if len(os.fsencode(wanted)) <= _MAX_SOCKET_PATH_BYTES:
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"gridhub-{digest}"


def _read_secret(config: Config, path: Path, loc: tuple[str | int, ...]) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([config.problem(loc, f"cannot read {path}: {error}")]) from error
    if not value:
        raise ConfigError([config.problem(loc, f"{path} is empty")])
    redact_value(value)
    return value
