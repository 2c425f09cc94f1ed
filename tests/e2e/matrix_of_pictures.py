"""Draws every screen in every size, language, theme and state, to be looked at; and a sheet of each screen's pictures.

    .venv/bin/python -m tests.e2e.matrix_of_pictures FOLDER [--only WORD] [--city 60-busy ...] [--looks zh-dark ...]

Nothing of it is kept in the repository. ``--axe`` asks axe about each screen as well, and prints what it finds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import psycopg
from PIL import Image

from hub.app.postgres import EmbeddedPostgres
from hub.store import Store, migrate
from tests.e2e.fix_pictured import pictured
from tests.fix_api import PASSWORD

CITIES = ("0-empty", "60-empty", "60-busy", "810-busy")
LOOKS = ("zh-dark", "zh-light", "en-dark", "en-light")
WIDE = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="screens whose name holds this")
    parser.add_argument("--city", nargs="*", default=CITIES)
    parser.add_argument("--looks", nargs="*", default=LOOKS)
    parser.add_argument("--sizes", nargs="*", default=())
    parser.add_argument("--axe", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gridhub-matrix-") as scratch:
        server = EmbeddedPostgres(Path(scratch) / "postgres", Path(scratch) / "postgres" / "run", "a-test-password")
        server.prepare()
        server.start()
        try:
            for name in asked.city:
                draw(server, Path(scratch) / name, name, asked)
        finally:
            server.stop()
    sheets(asked.folder)


def draw(server: EmbeddedPostgres, folder: Path, name: str, asked: argparse.Namespace) -> None:
    grids, state = name.split("-")
    folder.mkdir()
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute(f'create database "{name}"')
    with Store.open(server.conninfo(name), "matrix") as store:
        migrate.upgrade(store)
        with pictured(store, folder, int(grids), busy=state == "busy") as url:
            more = {"CITY": name, "LOOKS": " ".join(asked.looks), "SIZES": " ".join(asked.sizes), "ONLY": asked.only}
            who = {"GRIDHUB_URL": url, "GRIDHUB_USER": "anna", "GRIDHUB_PASSWORD": PASSWORD}
            script = str(Path(__file__).parent / "matrix_of_pictures.mjs")
            axe = {"AXE": "1" if asked.axe else ""}
            subprocess.run(["node", script, str(asked.folder)], check=False, env={**os.environ, **who, **more, **axe})


def sheets(folder: Path) -> None:
    """Beside one another: all pictures of one screen, in one city and size."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(folder.glob("*.jpg")):
        city, screen, size, _look = file.stem.split("__")
        groups[f"{city}__{screen}__{size}"].append(file)
    (folder / "sheets").mkdir(exist_ok=True)
    for name, files in groups.items():
        tiles = [Image.open(file).convert("RGB") for file in files]
        high = WIDE * tiles[0].height // tiles[0].width
        sheet = Image.new("RGB", (2 * WIDE, -(-len(tiles) // 2) * high))
        for number, tile in enumerate(tiles):
            sheet.paste(tile.resize((WIDE, high), Image.Resampling.LANCZOS), (number % 2 * WIDE, number // 2 * high))
        sheet.save(folder / "sheets" / f"{name}.jpg", quality=80)
    sys.stdout.write(f"{len(groups)} sheets in {folder / 'sheets'}\n")


if __name__ == "__main__":
    main()
