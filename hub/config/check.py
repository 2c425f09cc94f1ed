"""Whether a configuration fits together: the files it names exist, the areas it names are there."""

from __future__ import annotations

from collections.abc import Collection

from hub.config import topology, units
from hub.config.access import camera_source
from hub.config.areas import load_areas
from hub.config.settings import Config
from hub.config.vault import Vault
from hub.document import nearest
from hub.errors import ConfigError, Problem
from hub.model.area import Area
from hub.model.pattern import Pattern


def check(config: Config) -> tuple[list[Area], list[Problem]]:
    """The areas, and everything that is wrong. Rules are checked by the ``rules`` package."""
    problems: list[Problem] = []
    areas: list[Area] = []
    try:
        areas = load_areas(config.areas)
    except ConfigError as error:
        problems += [config.problem(("areas",), "the file it names is wrong:"), *error.problems]
    else:
        paths = [area.path for area in areas]
        known = set(paths)
        named = [(("cameras", index, "area"), camera.area) for index, camera in enumerate(config.cameras)]
        named += [(("devices", index, "area"), device.area) for index, device in enumerate(config.devices)]
        for loc, path in named:
            if path not in known:
                message = f"{path!r} is not in {config.areas.name}{nearest(path, paths)}"
                problems.append(config.problem(loc, message))
    problems += _check_types(config, {area.path for area in areas})
    problems += _check_topology(config, {area.path for area in areas})
    for index in range(len(config.cameras)):
        try:
            camera_source(config, index)
        except ConfigError as error:
            problems += error.problems
    return areas, problems + _check_files(config)


def _check_files(config: Config) -> list[Problem]:
    """Whether each that is named is there, and is of any use."""
    named = {
        ("broker", "ca_file"): config.broker.ca_file,
        ("broker", "password_file"): config.broker.password_file,
        ("broker", "certificate"): config.broker.certificate,
        ("broker", "key"): config.broker.key,
        ("network", "ca_file"): config.network.ca_file,
        ("web", "certificate"): config.web.certificate,
        ("web", "key"): config.web.key,
    }
    problems = [
        config.problem(loc, f"there is no file {file}")
        for loc, file in named.items()
        if file is not None and not file.is_file()
    ]
    problems += [
        config.problem((part, "key"), f"is of no use without {part}.certificate")
        for part in ("broker", "web")
        if named[part, "key"] is not None and named[part, "certificate"] is None
    ]
    if config.broker.listen is not None and (why := config.broker.why_not_listen()):
        problems.append(config.problem(("broker", "listen"), why))
    if config.secrets.key_file is not None and (why := Vault.from_file(config.secrets.key_file).why):
        problems.append(config.problem(("secrets", "key_file"), why))
    return problems


def _check_topology(config: Config, paths: Collection[str]) -> list[Problem]:
    sources = {camera.id for camera in config.cameras} | {device.id for device in config.devices}
    patterns = [Pattern(rule.match) for rule in config.registers]
    known = topology.Known(paths, sources, lambda name: any(pattern.match(name) is not None for pattern in patterns))
    return topology.check(config.topology, config.path.parent, config.problem, known)


def _check_types(config: Config, paths: Collection[str]) -> list[Problem]:
    """Units that are none, and areas of ``register`` that are not there."""
    problems = []
    for name, kind in config.types.items():
        for metric, settings in kind.metrics.items():
            if settings.unit and (why := units.why_not(settings.unit)):
                problems.append(config.problem(("types", name, "metrics", metric, "unit"), why))
    for index, rule in enumerate(config.registers):
        if paths and "{" not in rule.area and rule.area not in paths:
            message = f"{rule.area!r} is not in {config.areas.name}{nearest(rule.area, sorted(paths))}"
            problems.append(config.problem(("register", index, "area"), message))
    return problems
