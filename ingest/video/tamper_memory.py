"""What is known of a camera's place, on disk: ``data_dir/places/{camera}.npz``.

Without it a camera that was covered while the hub was away would come back as one that always looked like that.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hub.tally import Tally
from ingest.video import disk
from ingest.video.tamper_place import Place

FOLDER = "places"
_FORMAT = 1


class Memory:
    """Of one camera. ``config`` is that of the camera (``Source.config``): another address is another place.

    A disk that does not take it costs the memory, and is counted; a file that cannot be read is as good as none.
    """

    def __init__(self, data_dir: Path, camera: str, config: Mapping[str, Any], tally: Tally) -> None:
        self._path = data_dir / FOLDER / f"{camera}.npz"
        self._tally = tally
        address = json.dumps([config.get("url"), config.get("substream_url")])
        self._address = hashlib.sha256(address.encode()).hexdigest()

    def load(self) -> tuple[Place, float | None]:
        """The place, and how alike its pictures usually are; a place that is not known where there is none."""
        try:
            # numpy leaves a file open that it opened itself and cannot read.
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                if int(stored["format"]) == _FORMAT and str(stored["address"]) == self._address:
                    usual = float(stored["usual"])
                    return Place.of(stored), None if np.isnan(usual) else usual
        except FileNotFoundError:
            pass
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            self._tally.add("gridhub_video_places_lost_total")
        return Place(), None

    def save(self, place: Place, usual: float | None) -> None:
        usual = np.nan if usual is None else usual
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if disk.is_full(self._path.parent):
                self._tally.add("gridhub_video_places_skipped_total", cause="disk_full")
                return
            with fresh.open("wb") as file:
                np.savez_compressed(file, format=_FORMAT, address=self._address, usual=usual, **place.arrays())
            fresh.replace(self._path)
        except OSError as error:
            self._tally.add("gridhub_video_places_skipped_total", cause=disk.cause_of(error))

    def forget(self) -> None:
        """The next ``load`` begins anew."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            self._tally.add("gridhub_video_places_skipped_total", cause=disk.cause_of(error))
