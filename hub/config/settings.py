"""What may stand in ``hub.yaml``. The names are fixed by the contract; an unknown key is refused with its line."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator

from hub import document
from hub.config.address import as_number, split_credentials
from hub.config.alarms import Alarms
from hub.config.audit import AuditSettings
from hub.config.device_types import RegisterSettings, TypeName, TypeSettings, with_built_in
from hub.config.keep import Keep
from hub.config.mappings import Mappings
from hub.config.people import PeopleSettings
from hub.config.topology import TopologySettings
from hub.config.values import AreaPath, Duration, Settings, Size, SourceId
from hub.config.web import WebSettings
from hub.document import Document
from hub.errors import ConfigError, Problem
from hub.model.allowlist import PRIVATE, AllowList, parse_entry


def _off(value: object) -> object:
    """In YAML 1.1 the word ``off`` is false."""
    return "off" if value is False else value


def _scheme(*allowed: str) -> Any:
    def check(value: str) -> str:
        parts = urlsplit(value)
        try:
            port_is_valid = parts.port is None or 0 < parts.port < 65536
        except ValueError:
            port_is_valid = False
        if parts.scheme not in allowed or not port_is_valid:
            raise ValueError(f"must be a URL that starts with {' or '.join(f'{scheme}://' for scheme in allowed)}")
        if parts.scheme in {"rtsp", "rtsps", "mqtt", "mqtts"} and not parts.hostname:
            raise ValueError("the URL names no host")
        if not value.isprintable():
            raise ValueError("the URL holds a character that cannot be seen, or not be stored")
        if parts.scheme in {"rtsp", "rtsps"}:
            split_credentials(value)
        return value

    return AfterValidator(check)


def _allowed(entry: str) -> str:
    parse_entry(entry)
    return entry


def _place_name(name: str) -> str:
    if not all(letter in "_-" or unicodedata.category(letter)[0] in "LMN" for letter in name):
        raise ValueError(f"{name!r} is not a name here: letters of any script, digits, - and _, and no spaces")
    return name


RtspUrl = Annotated[str, _scheme("rtsp", "rtsps")]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Point = tuple[Fraction, Fraction]
"""x from the left, y from the top, as fractions of the picture."""
PlaceName = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_place_name)]
"""Of a zone or a line. It is part of the names of metrics."""


class StoreSettings(Settings):
    url: Annotated[str, _scheme("postgresql", "postgres")] | None = None


class BrokerSettings(Settings):
    url: Annotated[str, _scheme("mqtt", "mqtts")] | None = None
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    listen: Annotated[str, Field(pattern=r"^[^\s/]+:\d{1,5}$")] | None = None
    """Of the hub's own broker, where devices reach it. Left out: this machine only, at a port of its own."""
    certificate: Path | None = None
    """Of the hub's own broker (PEM). With it, it speaks TLS and nothing else."""
    key: Path | None = None
    """Left out: in the same file."""
    spool: Size | None = None
    """For a broker that would not keep messages while the store is away: how much of them a worker keeps on its disk.
    Left out: the broker keeps them."""


    def why_not_listen(self) -> str:
        """What is wrong with ``listen``; empty where nothing is."""
        if self.listen is None:
            return ""
        if self.url is not None:
            return "the hub has no broker of its own beside broker.url"
        host, _, port = self.listen.rpartition(":")
        if not 0 < int(port) < 65536:
            return f"port {port} is not between 1 and 65535"
        if self.certificate is None and as_number(host) not in {"127.0.0.1", "::1"}:
            return "other machines can reach it there, and would send passwords in clear: it needs broker.certificate"
        return ""


class RecordSettings(Settings):
    mode: Annotated[Literal["continuous", "event", "off"], BeforeValidator(_off)] = "off"
    keep: Duration = timedelta(days=30)
    pre: Duration = timedelta(seconds=10)
    post: Duration = timedelta(seconds=20)
    max_size: Size | None = None
    """Of all that is kept of this camera. Left out: by age alone."""


class DetectSettings(Settings):
    model: str
    classes: tuple[str, ...] = ()
    """Left out: all that the model knows."""
    confidence: Fraction = 0.4


class AnalyseSettings(Settings):
    motion: bool = True
    tamper: bool = True
    shortest: Duration = timedelta(seconds=2.5)
    """The shortest event that must not be missed. The gate spares what it can within that: with a keyframe every two
    seconds, an event of 2.5 s always contains one, and enough of what follows it to be sure."""
    detect: DetectSettings | None = None

    @field_validator("detect")
    @classmethod
    def _stands_on_motion(cls, detect: DetectSettings | None, info: ValidationInfo) -> DetectSettings | None:
        if detect is not None and not info.data.get("motion", True):
            raise ValueError("the detector looks at what moves, and motion is off")
        return detect


class ZoneSettings(Settings):
    """A part of the picture. ``mask``: what happens there is not looked at. ``privacy``: those without the right
    ``unmasked`` are not shown it."""

    name: PlaceName
    polygon: Annotated[tuple[Point, ...], Field(min_length=3, max_length=64)]
    mask: bool = False
    privacy: bool = False
    loiter: Duration | None = None
    """Somebody who stays for so long loiters."""
    left: Duration | None = None
    """A thing that was set down, or taken away, for so long is said to be left, or removed."""
    crowd: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """So many at once are a crowd."""


class LineSettings(Settings):
    """From the first point to the second. Who passes from its left to its right goes ``forward``."""

    name: PlaceName
    points: tuple[Point, Point]


def _told_apart(places: tuple[_Place, ...]) -> tuple[_Place, ...]:
    names = [place.name for place in places]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two are called {repeated[0]!r}: what is said of them could not be told apart")
    return places


_Place = TypeVar("_Place", ZoneSettings, LineSettings)
Zones = Annotated[tuple[ZoneSettings, ...], Field(max_length=64), AfterValidator(_told_apart)]
Lines = Annotated[tuple[LineSettings, ...], Field(max_length=64), AfterValidator(_told_apart)]

Transport = Literal["tcp", "udp"]
Tls = Literal["verified", "unverified"]
"""Of rtsps: whether the certificate must be right. Unverified is encrypted, but to whom is not known."""

WORKER_KEYS = frozenset({"enabled", "transport", "tls", "record", "analyse", "zones", "lines"})
"""What a camera's worker is told of its settings, besides where the camera is."""


class CameraSettings(Settings):
    id: SourceId
    url: RtspUrl
    area: AreaPath
    name: str | None = None
    enabled: bool = True
    """Whether it is watched at all. Switched off, it is a gap with that cause."""
    substream_url: RtspUrl | None = None
    """The same picture, smaller: what is analysed where it is given."""
    transport: Transport = "tcp"
    tls: Tls = "verified"
    username: str | None = None
    password_file: Path | None = None
    record: RecordSettings = RecordSettings()
    analyse: AnalyseSettings = AnalyseSettings()
    zones: Zones = ()
    lines: Lines = ()


class DeviceSettings(Settings):
    id: SourceId
    area: AreaPath
    type: TypeName
    name: str | None = None
    period: Duration | None = None
    """How often it reports, where that differs from what its type says."""

    def settings(self) -> dict[str, Any]:
        """What is kept of it besides where and what it is."""
        return self.model_dump(mode="json", include={"period"}, exclude_none=True)


class NetworkSettings(Settings):
    """Where cameras may be. The hub connects to no other address on their account."""

    cameras: tuple[Annotated[str, AfterValidator(_allowed)], ...] = PRIVATE
    """Networks, addresses and names of hosts."""
    ca_file: Path | None = None
    """Who signed the certificates of cameras (rtsps). Left out: whom the system trusts."""

    @property
    def allowed(self) -> AllowList:
        return AllowList.of(self.cameras)


class SecretsSettings(Settings):
    """``key_file``: what the passwords of cameras are encrypted with. Left out: made in ``data_dir/secrets``."""

    key_file: Path | None = None


class Workers(Settings):
    """How many processes share the work. One video worker carries several cameras."""

    video: Annotated[int, Field(ge=1, le=256)] = 1
    mqtt: Annotated[int, Field(ge=1, le=64)] = 1


class Accept(Settings):
    """How far an observation's own time may lie from the time of its arrival."""

    past: Duration = timedelta(days=30)
    future: Duration = timedelta(minutes=5)


class Config(Settings):
    """Everything a hub is told. Paths are absolute once loaded."""

    listen: Annotated[str, Field(pattern=r"^[^\s/]+:\d{1,5}$")] = "127.0.0.1:8000"
    data_dir: Path = Path("var")
    store: StoreSettings = StoreSettings()
    broker: BrokerSettings = BrokerSettings()
    areas: Path
    rules: tuple[str, ...] = ()
    cameras: tuple[CameraSettings, ...] = ()
    devices: tuple[DeviceSettings, ...] = ()
    mappings: Mappings = ()
    types: dict[TypeName, TypeSettings] = Field(default={}, max_length=1000)
    registers: tuple[RegisterSettings, ...] = Field(default=(), alias="register", max_length=1000)
    network: NetworkSettings = NetworkSettings()
    secrets: SecretsSettings = SecretsSettings()
    workers: Workers = Workers()
    accept: Accept = Accept()
    keep: Keep = Keep()
    topology: TopologySettings = TopologySettings()
    alarms: Alarms = Alarms()
    audit: AuditSettings = AuditSettings()
    web: WebSettings = WebSettings()
    people: PeopleSettings = PeopleSettings()

    _document: Document = PrivateAttr()

    @field_validator("listen")
    @classmethod
    def _port(cls, listen: str) -> str:
        port = int(listen.rpartition(":")[2])
        if not 0 < port < 65536:
            raise ValueError(f"port {port} is not between 1 and 65535")
        return listen

    @property
    def device_types(self) -> dict[str, TypeSettings]:
        """Those that are built in, and those of ``types``."""
        return with_built_in(self.types)

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def path(self) -> Path:
        """The file this was read from."""
        return Path(self._document.file)

    def problem(self, loc: tuple[str | int, ...], message: str) -> Problem:
        """A problem at a key of the file this was read from."""
        return self._document.problem(loc, message)

    def rule_files(self) -> list[Path]:
        """The files named by ``rules``, each pattern's in alphabetical order, none twice, without those of tests."""
        base = self.path.parent
        found: dict[Path, None] = {}
        for pattern in self.rules:
            root = Path(pattern) if Path(pattern).is_absolute() else base / pattern
            anchor = Path(root.anchor)
            for file in sorted(anchor.glob(str(root.relative_to(anchor)))):
                if not file.name.endswith(".test.yaml"):
                    found[file] = None
        return list(found)


def load(path: Path) -> Config:
    """Read and check one ``hub.yaml``. Raises ConfigError with every problem of the file itself.

    References to other files (areas, rules) are checked by ``hub.config.check``.
    """
    source = document.load(path.absolute())
    config = document.validate(source, Config)
    config = config.model_copy(update=_absolute_paths(config, path.absolute().parent))
    config._document = source  # noqa: SLF001  set once, here; not a setting
    if problems := _duplicates(config, source):
        raise ConfigError(problems)
    return config


_BROKER_FILES = ("password_file", "ca_file", "certificate", "key")


def _absolute_paths(config: Config, base: Path) -> dict[str, Any]:
    def absolute(path: Path | None) -> Path | None:
        return None if path is None else (base / path).resolve()

    broker = config.broker.model_copy(
        update={name: absolute(getattr(config.broker, name)) for name in _BROKER_FILES}
    )
    cameras = tuple(
        camera.model_copy(update={"password_file": absolute(camera.password_file)}) for camera in config.cameras
    )
    network = config.network.model_copy(update={"ca_file": absolute(config.network.ca_file)})
    secrets = config.secrets.model_copy(update={"key_file": absolute(config.secrets.key_file)})
    web = config.web.model_copy(
        update={"certificate": absolute(config.web.certificate), "key": absolute(config.web.key)}
    )
    return {
        "web": web,
        "people": _people(config, base),
        "network": network,
        "secrets": secrets,
        "data_dir": absolute(config.data_dir),
        "areas": absolute(config.areas),
        "broker": broker,
        "cameras": cameras,
    }


def _people(config: Config, base: Path) -> PeopleSettings:
    provider = config.people.provider
    if provider is None:
        return config.people
    file = (base / provider.client_secret_file).resolve()
    return config.people.model_copy(update={"provider": provider.model_copy(update={"client_secret_file": file})})


def _duplicates(config: Config, source: Document) -> list[Problem]:
    """An id names one source, whether a camera or a device."""
    problems: list[Problem] = []
    first: dict[str, int] = {}
    places = [(("cameras", index, "id"), camera.id) for index, camera in enumerate(config.cameras)]
    places += [(("devices", index, "id"), device.id) for index, device in enumerate(config.devices)]
    for loc, source_id in places:
        line, _ = source.locate(loc)
        if source_id in first:
            problems.append(source.problem(loc, f"{source_id!r} is already an id in line {first[source_id]}"))
        first.setdefault(source_id, line)
    return problems
