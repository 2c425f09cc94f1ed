"""Cities to be looked at: of 60 grids or 810, with nothing in them, or with more of everything than anybody wants."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dashboard.api.app import assemble, furnish
from hub.audit import Entry, Result
from hub.cases import acts, intake, quiet
from hub.clock import SystemClock
from hub.config import Config
from hub.model.alert import AlertChange, Evidence, Fire, Severity
from hub.model.area import Area
from hub.model.observation import Observation, Refusal
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.model.silence import Field, How, Matcher
from hub.model.source import GapCause, Health, Source, SourceKind, SourceState
from hub.passwords import hash_password
from hub.store import (
    Store,
    areas,
    audit,
    bookmarks,
    devices,
    health,
    outages,
    people,
    processes,
    rule_states,
    segments,
    silences,
    sources,
    walls,
)  # fmt: skip
from hub.store.batches import BatchWriter
from hub.store.devices import Stranger
from hub.store.segments import Segment
from hub.store.walls import Wall
from hub.tally import Tally
from ingest.simulate import city
from ingest.simulate.faults import write_clip
from tests.fix_api import PASSWORD, serving, wait_for, write_config

RULES = Path(__file__).parents[2] / "examples" / "rules"
LONG = "东湖街道第三社区文化活动中心地下停车场北出入口人行通道 Underground car park, north entrance, pedestrian passage"
SUMMARIES = (
    "烟雾 0.82，机务段 07 · Smoke in the stairwell", "水位 3.41 m，临河 02", "Door forced: 兴华里 09 配电室",
    f"有人闯入 Intrusion: {LONG}", "传感器无数据 A device is silent",
)  # fmt: skip
SEEN = ("smoke", "water_level", "door_open", "object.person", "temperature")
STATES = (
    (SourceState.STALLED, "no data for 10 s"), (SourceState.UNREACHABLE, "connection refused"),
    (SourceState.UNAUTHORIZED, "the camera refuses the user name or the password"), (SourceState.TAMPERED, "frozen"),
    (SourceState.UNSUPPORTED, "codec mjpeg cannot be decoded"), (SourceState.DISABLED, ""),
)  # fmt: skip


def beating(store: Store, over: threading.Event) -> None:
    """The parts of a hub, as if they ran."""
    while True:
        now = datetime.now(UTC)
        for name in ("video-0", "video-1", "mqtt-0", "rules", "dashboard", "keeper"):
            tally = Tally()
            if name == "mqtt-0":
                tally.set("gridhub_broker_connected", 1)
                tally.add("gridhub_observations_total", 7, kind="device")
            processes.beat(store, name, 1, "ok", "", now, now, tally.samples())
        if over.wait(1):
            return


@contextmanager
def pictured(store: Store, folder: Path, grids: int, *, busy: bool) -> Iterator[str]:
    """A served hub over ``store``; its address. Its administrator is ``anna``; in a busy one ``vera`` only looks."""
    config = write_config(folder, "web: {rate: 100000}\n")
    paths = fill_areas(store, grids)
    fingerprint = hash_password(PASSWORD)
    people.add(store, Person("anna", (Grant(Role.ADMINISTRATOR),)), fingerprint)
    if busy:
        for file in RULES.glob("*.yaml"):
            if not file.name.endswith(".test.yaml"):
                shutil.copy(file, folder / "rules")
        fill_people(store, fingerprint)
        fill_busy(store, config, paths)
    else:
        for file in (folder / "rules").glob("*"):
            file.unlink()
    over = threading.Event()
    heart = threading.Thread(target=beating, args=(store, over), name="beating")
    heart.start()
    try:
        app = furnish(assemble(), config, store, SystemClock(), Tally())
        with serving(app) as url:
            wait_for(lambda: app.state.context.live.last_id is not None, "the journal is being followed", 30)
            yield url
    finally:
        over.set()
        heart.join(10)


def fill_areas(store: Store, grids: int) -> list[str]:
    """Paths of the grids; of no city at all, its root stands there alone."""
    found = city.places(grids // city.GRIDS_PER_COMMUNITY) if grids else []
    tree = [Area(place.path, place.name, place.kind, place.feature()["geometry"]) for place in found]
    with store.transaction() as tx:
        areas.put(tx, tree or [Area(city.ROOT, "青台河市", "city")])
    return [place.path for place in found if place.kind == "grid"]


def fill_people(store: Store, fingerprint: str) -> None:
    for name, role in (
        ("vera", Role.VIEWER),
        ("otto", Role.OPERATOR),
        ("rhea", Role.REVIEWER),
        ("ines", Role.INTEGRATOR),
    ):
        people.add(store, Person(name, (Grant(role),)), fingerprint)
    people.add(store, Person("dora", (Grant(Role.DISPATCHER, city.DISTRICT), Grant(Role.REVIEWER))), fingerprint)
    for number in range(40):
        role = list(Role)[number % len(Role)]
        name = (
            f"值班员{number:02}.夜班第三小组"
            if number % 3
            else f"night-shift-operator-of-the-third-district-{number:02}"
        )
        person = Person(name, (Grant(role, city.DISTRICT if number % 2 else ""),), external=number % 7 == 0)
        people.add(store, replace(person, disabled=number % 11 == 10), None if person.external else fingerprint)


def fill_busy(store: Store, config: Config, paths: list[str]) -> None:
    now = datetime.now(UTC)
    fill_sources(store, paths, now)
    fill_series(store, config, now)
    fill_alerts(store, paths, now)
    fill_words(store, paths, now)
    watch = quiet.Watch(SystemClock())
    watch.look(store)


def fill_sources(store: Store, paths: list[str], now: datetime) -> None:
    camera: dict[str, Any] = {
        "url": "rtsp://127.0.0.1:9/1", "substream_url": None, "zones": [],
        "analyse": {"motion": True, "tamper": True, "detect": None},
        "record": {"mode": "continuous", "keep": "30d", "pre": "10s", "post": "20s"},
    }  # fmt: skip
    kinds = ("smoke", "water", "door", "air", "manhole", "elevator")
    cameras = [
        Source(
            f"cam-{n:04}",
            SourceKind.CAMERA,
            paths[n // 2 % len(paths)],
            "camera",
            LONG if n % 17 == 2 else f"摄像机 {n:04} 大门",
            camera,
        )
        for n in range(2 * len(paths))
    ]
    machines = [
        Source(
            f"dev-{n:05}",
            SourceKind.DEVICE,
            paths[n % len(paths)],
            kinds[n % 6],
            LONG if n % 31 == 7 else f"传感器 {n}",
        )
        for n in range(6 * len(paths))
    ]
    with store.transaction() as tx:
        sources.sync(tx, cameras + machines, now - timedelta(days=9))
    picture = {"codec": "h264", "width": 1920, "height": 1080, "fps": 25.0}
    long_ago = now - timedelta(days=2)
    health.report(
        store, [Health(one.id, SourceState.WATCHING, "", long_ago, now, picture) for one in cameras], "video-0"
    )
    health.report(store, [Health(one.id, SourceState.WATCHING, "", long_ago, now) for one in machines], "mqtt-0")
    wrong = []
    for n, one in enumerate(cameras[5::13]):
        state, why = STATES[n % len(STATES)]
        since = now - timedelta(minutes=7 * n + 1)
        wrong.append(
            Health(
                one.id, state, why, since, since, picture, GapCause.TAMPERED if state is SourceState.TAMPERED else None
            )
        )
    health.report(store, wrong, "video-0")
    silent = [
        Health(one.id, SourceState.SILENT, "nothing for 3 min", now - timedelta(minutes=9), now)
        for one in machines[11::29]
    ]
    health.report(store, silent, "mqtt-0")
    waiting = [
        Stranger(f"new-device-{n:03}", f"gridhub/v1/devices/new-device-{n:03}/telemetry", 5 * n + 1, long_ago, now)
        for n in range(120)
    ]
    devices.put_strangers(store, waiting)


def fill_series(store: Store, config: Config, now: datetime) -> None:
    """Six hours of three devices; of four cameras of one place an hour of recordings with holes."""
    for number in range(3):
        rows = [
            Observation(
                f"dev-{number * 60:05}",
                ("smoke", "temperature", "humidity")[number],
                at,
                at,
                0.3 + random.Random(minute).random() / 3,
            )
            for minute in range(360)
            for at in (now - timedelta(minutes=minute),)
        ]
        BatchWriter(store, f"mqtt-{number + 5}", SourceKind.DEVICE).append(rows)
    folder = config.data_dir / "recordings"
    folder.mkdir(parents=True)
    clip = write_clip(folder / "clip.mp4", width=640, height=360, seconds=60)
    began = (now - timedelta(minutes=40)).replace(microsecond=0)
    for number, camera in enumerate(("cam-0000", "cam-0001")):
        rows = [
            Observation(camera, metric, at, at, value)
            for second in range(0, 600, 40)
            for at in (began + timedelta(seconds=second),)
            for metric, value in (("motion", 0.2), ("object.person", 1.0))
        ]
        BatchWriter(store, f"video-{number + 5}", SourceKind.CAMERA).append(rows)
        for minute in range(40):
            if (minute + 3 * number) % 11 in {4, 5}:
                continue
            at = began + timedelta(minutes=minute)
            name = f"recordings/{camera}/{at:%Y-%m-%d}/{at:%H%M%S}-000.mp4"
            file = config.data_dir / name
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(clip, file)
            segments.add(
                store, Segment(camera, at, at + timedelta(seconds=60), name, file.stat().st_size, minute % 4 == 0)
            )
    broken = config.data_dir / "recordings" / "cam-0001" / f"{began:%Y-%m-%d}"
    next(iter(sorted(broken.glob("*.mp4")))).write_bytes(b"not a video")


def fill_alerts(store: Store, paths: list[str], now: datetime) -> None:
    """Of every rule and severity, from now to a day ago; half of them of one storm in one community."""
    names = ("fire", "flood", "intrusion", "intrusion-at-night-in-places-closed-to-the-public", "device-silent")
    total = 2000 if len(paths) > 100 else 300
    severities = list(Severity)
    for first in range(0, total, 250):
        fires = []
        for n in range(first, min(first + 250, total)):
            kind = 4 if n % 2 else n // 2 % 4
            area = paths[n % 10 if n % 2 else n * 7 % len(paths)]
            began = now - timedelta(seconds=3 + n * 43200 // total)
            source = f"cam-{2 * (n % 10):04}" if kind == 3 else f"dev-{n % (6 * len(paths)):05}"
            seen = (Evidence(source, SEEN[kind], began, 0.82), Evidence("cam-0000", "object.person", began, 2.0))
            severity = Severity.WARNING if kind == 4 else severities[min(3, n % 9 // 2)]
            fires.append(
                Fire(
                    names[kind],
                    f"n{n}",
                    severity,
                    area,
                    (source, "cam-0000"),
                    SUMMARIES[kind],
                    began,
                    seen[: 1 + n % 2],
                )
            )
        with store.transaction() as tx:
            made = intake.carry_out(tx, fires, now)
        for alert in made[::9]:
            acts.act(
                store, alert.id, AlertChange.ACKNOWLEDGED, "otto", now, note="看过录像，已通知社区 Called the community"
            )
        for alert in made[1::23]:
            acts.assign(store, alert.id, "dora", None, "otto", now)


def fill_words(store: Store, paths: list[str], now: datetime) -> None:
    """What people wrote: silences, outages, bookmarks, walls; what was refused; what was asked for."""
    fields = (
        Matcher(Field.RULE, How.GLOB, "device-*"),
        Matcher(Field.AREA, How.GLOB, f"{city.STREET}/c03/**"),
        Matcher(Field.TYPE, How.EXACT, "smoke"),
    )
    with store.transaction() as tx:
        for n in range(45):
            ends = now + timedelta(minutes=17 * (n - 9) + 3)
            reason = f"检修 {n} {LONG}" if n % 4 == 0 else f"消防演练 fire drill {n}"
            silences.add(
                tx,
                fields[: 1 + n % 3],
                paths[n] if n % 2 else None,
                "dora",
                reason,
                ends - timedelta(hours=3 - n % 4),
                ends,
                now,
            )
        for n in range(60):
            at = now - timedelta(minutes=2 + n)
            bookmarks.add(
                tx,
                paths[0],
                at,
                at + timedelta(seconds=30) if n % 2 else None,
                ["cam-0000"],
                None,
                f"{n}: 一个人放下背包 {LONG if n % 5 == 0 else ''}",
                "rhea",
                now,
            )
        for n in range(400):
            result = (Result.DONE, Result.DONE, Result.REFUSED, Result.FAILED)[n % 4]
            action = ("begin_session", "acknowledge_alert", "get_recording", "change_camera", "add_person")[n % 5]
            audit.write(
                tx,
                Entry(
                    "night-shift-operator-of-the-third-district-00" if n % 7 == 0 else "otto",
                    action,
                    f"cameras/cam-{n:04}",
                    "2001:db8:85a3::8a2e:370:7334",
                    result,
                    {"why": LONG},
                ),
                now - timedelta(minutes=400 - n),
            )
        hold = rule_states.Hold("device-silent", now - timedelta(minutes=4), 50, 1087, 1037, area=city.STREET)
        for write in rule_states.put_hold(tx, hold, is_new=True, actor="rules", now=now):
            write()
    for n in range(12):
        outages.begin(
            store,
            None if n % 2 else "flood",
            f"dev-{n:05}" if n % 2 else None,
            None,
            "ines",
            f"更换电池 {LONG if n % 5 == 0 else n}",
            now,
            now + timedelta(hours=n + 1),
        )
    refused = [
        Refusal(
            f"gridhub/v1/devices/dev-{n:05}/telemetry",
            "not_json",
            "not JSON: expected value at line 1",
            b"nonsense" * 9,
            72,
            now,
            f"dev-{n:05}",
        )
        for n in range(60)
    ]
    BatchWriter(store, "mqtt-9", SourceKind.DEVICE).append([], refused)
    names = [f"墙 {size} 夜班 night shift" for size in (1, 4, 9, 16, 25)]
    for name, size in zip(names, (1, 4, 9, 16, 25), strict=True):
        layout = {"kind": "layout", "tiles": [{"kind": "camera", "id": f"cam-{n:04}"} for n in range(size)]}
        walls.put(store, "anna", Wall(name, layout, now))
    walls.put(
        store,
        "anna",
        Wall("夜班巡视 the round of the night", {"kind": "tour", "layouts": names[:3], "dwell_s": 3600}, now),
    )
