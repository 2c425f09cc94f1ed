"""What is known of a hub, out of its configuration and, where it can be reached, its store."""

from __future__ import annotations

from dataclasses import replace

from hub.config import Config, store_access
from hub.errors import HubError
from hub.model.source import Source, SourceKind
from hub.store import Store, export, sources
from rules.reach import World

_CONNECT_S = 2.0


def of_configuration(config: Config) -> World:
    cameras = [
        Source(
            id=camera.id,
            kind=SourceKind.CAMERA,
            area=camera.area,
            type="camera",
            name=camera.name or camera.id,
            config=camera.model_dump(mode="json", include={"analyse", "zones", "lines"}),
        )
        for camera in config.cameras
    ]
    devices = [
        Source(device.id, SourceKind.DEVICE, device.area, device.type, device.name or device.id, device.settings())
        for device in config.devices
    ]
    return World(sources=(*cameras, *devices), types=config.device_types)


def of_hub(config: Config) -> tuple[World, str]:
    """With the sources and series of the store; without them, and why, where it cannot be reached now."""
    world = of_configuration(config)
    try:
        with Store.open(store_access(config), "cli", timeout_s=_CONNECT_S) as store:
            return with_store(world, store), ""
    except HubError as error:
        return world, str(error)


def with_store(world: World, store: Store) -> World:
    """With what the store knows. Raises StoreUnavailable."""
    known = {source.id: source for source in world.sources}
    known |= {source.id: source for source in sources.list_sources(store)}
    series = frozenset((series.source, series.metric) for series in export.select(store))
    return replace(world, sources=tuple(known.values()), series=series)
