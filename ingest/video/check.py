"""Whether the cameras of a configuration can be what is meant: their models are there and know the classes asked for.

A hub starts all the same where they are not: a camera is watched without its detector, and a model may be added later.
"""

from __future__ import annotations

from hub.config import Config, load_areas
from hub.document import nearest
from hub.errors import ConfigError, Problem, Refused
from hub.model.area import not_a_grid
from ingest.video import models


def check(config: Config) -> list[Problem]:
    """Everything that is wrong. What is wrong with the areas' own file is for others to say."""
    return [*_models(config), *_areas(config)]


def _models(config: Config) -> list[Problem]:
    problems = []
    for index, camera in enumerate(config.cameras):
        detect = camera.analyse.detect
        if detect is None:
            continue
        key = ("cameras", index, "analyse", "detect")
        try:
            known = models.read(config.data_dir, detect.model).form.classes
        except Refused as error:
            problems.append(config.problem((*key, "model"), error.detail))
            continue
        problems += [
            config.problem(
                (*key, "classes", number), f"the model {detect.model!r} does not know {name!r}{nearest(name, known)}"
            )
            for number, name in enumerate(detect.classes)
            if name not in known
        ]
    return problems


def _areas(config: Config) -> list[Problem]:
    try:
        paths = [area.path for area in load_areas(config.areas)]
    except ConfigError:
        return []
    return [
        config.problem(("cameras", index, "area"), words)
        for index, camera in enumerate(config.cameras)
        if (words := not_a_grid(camera.area, paths))
    ]
