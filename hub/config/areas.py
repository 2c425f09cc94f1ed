"""Areas from a GeoJSON file (RFC 7946): features with the properties path, name and kind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from hub import document
from hub.errors import ConfigError, Problem
from hub.model.area import Area, check_path, parent_of


class _Properties(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)  # other programs' properties may stand beside ours

    path: Annotated[str, AfterValidator(check_path)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


class _Geometry(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class _Feature(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Literal["Feature"]
    properties: _Properties
    geometry: _Geometry | None = None

    @field_validator("geometry")
    @classmethod
    def _positions(cls, geometry: _Geometry | None) -> _Geometry | None:
        if geometry is not None:
            _check_positions(geometry.coordinates)
        return geometry


class _Collection(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], Field(min_length=1)]


def _check_positions(coordinates: Any, depth: int = 0) -> None:
    if depth > 4 or not isinstance(coordinates, list):
        raise ValueError("coordinates must be lists of [longitude, latitude]")
    if coordinates and isinstance(coordinates[0], int | float):
        longitude, latitude = [*coordinates, 0.0][:2]
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise ValueError(f"[{longitude}, {latitude}] is not a longitude and a latitude in degrees (WGS 84)")
        return
    for item in coordinates:
        _check_positions(item, depth + 1)


def load_areas(path: Path) -> list[Area]:
    """The areas of a file, parents first. A parent that the file does not describe is made, with its path as name.

    Raises ConfigError: not GeoJSON, a path twice.
    """
    source = document.load(path)
    collection = document.validate(source, _Collection)
    areas: dict[str, Area] = {}
    problems: list[Problem] = []
    for index, feature in enumerate(collection.features):
        known = feature.properties
        if known.path in areas:
            loc = ("features", index, "properties", "path")
            problems.append(source.problem(loc, f"the area {known.path!r} appears twice"))
        geometry = None if feature.geometry is None else feature.geometry.model_dump()
        areas[known.path] = Area(known.path, known.name, known.kind, geometry)
    if problems:
        raise ConfigError(problems)
    for described in list(areas):
        parent = parent_of(described)
        while parent is not None and parent not in areas:
            areas[parent] = Area(parent, parent.rpartition("/")[2], "area")
            parent = parent_of(parent)
    return sorted(areas.values(), key=lambda area: (area.path.count("/"), area.path))
