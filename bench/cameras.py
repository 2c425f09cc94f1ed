"""Cameras per core, events found and missed, delay and memory: the video worker beside Debian's ``motion``.

Both pull the same streams from one server, in turn: first ``motion``, a process a case, then the worker, a process a
case. The worker has ``--warm`` seconds to learn, two loops of every scene, ``motion`` a minute; they do not count. Each
is then measured for ``--span`` seconds, a whole loop. Cases of one batch run at once; what counts is CPU time, not wall
time.

The worker is what ``gridhub up`` starts, with its store, writer and heartbeat, all counted; it looks for motion, as
``motion`` does, and records only where a case says so. Figures of each batch are in ``bench/results/cameras-raw.json``
as soon as there are any.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench import scenes
from bench.report import RESULTS, Row
from bench.score import percentile
from bench.side import Case, Result, our_side, peer_side, streams
from bench.worker import database_server

ROOT = Path(__file__).resolve().parent.parent
PEER = "motion"
COUNTS = (1, 8, 32)
RATIOS = {"quiet": 10.0, "street": 3.5, "busy": 1.3}
NOISY_QUIET_RATIO = 5.0
DELAYS_S = {"sizes": 1.0, "keyframes": scenes.GOP_S + 0.5, "everything": 1.0}
_PEER_WARM_S = 60.0
_COMPARED = ("quiet", "street", "busy")

Found = dict[str, dict[str, Result]]  # case → "peer", "ours"


def run(arguments: Sequence[str]) -> list[Row]:
    parser = argparse.ArgumentParser(prog="python -m bench cameras")
    parser.add_argument("--all", action="store_true", help="the whole grid, hours; otherwise about 25 minutes")
    parser.add_argument("--only", nargs="+", metavar="CASE", help="at once, such as street-cbr-720p25-8-sub")
    parser.add_argument("--warm", type=float, default=280.0, metavar="S")
    parser.add_argument("--span", type=float, default=152.0, metavar="S")
    options = parser.parse_args(arguments)
    if options.only:
        batches = [[case_of(name) for name in options.only]]
    else:
        batches = every_batch() if options.all else usual_batches()
    install()
    found: Found = {}
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name:
        for number, batch in enumerate(batches):
            print(f"batch {number + 1} of {len(batches)}: {', '.join(case.name for case in batch)}", flush=True)
            found |= measure(batch, Path(name) / str(number), options.warm, options.span)
            save(found)
    return rows([case for batch in batches for case in batch], found)


def install() -> None:
    """What the benchmark needs from Debian."""
    subprocess.run(["sh", str(ROOT / "tests" / "apt.sh"), "bench"], check=True)
    if shutil.which(PEER) is None:
        raise SystemExit("motion cannot be found: sh tests/apt.sh bench")


def case_of(name: str) -> Case:
    """Raises ValueError."""
    kind, encoding, size, cameras, *more = name.split("-")
    if kind not in scenes.SCENE_PLACES or encoding not in scenes.ENCODINGS or size not in scenes.SIZES:
        raise ValueError(f"{name}: there is no such case")
    case = Case(kind, encoding, size, int(cameras))
    return replace(case, sub=True) if more == ["sub"] else case


def usual_batches() -> list[list[Case]]:
    """First every row of the table at 1080p15, at one camera and quiet at eight, recording and memory; then 720p25."""
    kinds = [(kind, encoding) for kind in _COMPARED for encoding in scenes.ENCODINGS]
    one = [Case(*kind, "1080p15", 1) for kind in kinds]
    # ``motion`` is given the same main stream with and without a sub-stream: it is measured once.
    small = [replace(case, sub=True, peer="") for case in one]
    eight = Case("quiet", "cq", "1080p15", 8)
    more = [
        eight,
        replace(eight, sub=True, peer=""),
        Case("quiet", "cq", "1080p15", 1, sub=True, peer="sub", ours=False),
        Case("busy", "cq", "1080p15", 4, peer=""),
        *recording(),
    ]
    return [one + small + more, [Case(*kind, "720p25", 1) for kind in kinds]]


def recording() -> list[Case]:
    case = Case("quiet", "cbr", "1080p15", 4, peer="")
    return [case, replace(case, record="continuous")]


def every_batch() -> list[list[Case]]:
    batches = []
    for count in COUNTS:
        for size in scenes.SIZES:
            for kind in _COMPARED:
                for encoding in scenes.ENCODINGS:
                    case = Case(kind, encoding, size, count)
                    batches.append([case, replace(case, sub=True, peer="")])
                    batches.append([replace(case, sub=True, peer="sub", ours=False)])
    return [*batches, [Case("busy", "cq", "1080p15", 4, peer=""), *recording()]]


def measure(batch: Sequence[Case], folder: Path, warm_s: float, span_s: float) -> Found:
    found: Found = {case.name: {} for case in batch}
    with streams(batch) as served:
        for name, result in peer_side(batch, served, folder, min(warm_s, _PEER_WARM_S), span_s).items():
            found[name]["peer"] = result
        with database_server() as server:
            for name, result in our_side(batch, served, folder, server, warm_s, span_s).items():
                found[name]["ours"] = result
    return found


def save(found: Found) -> None:
    RESULTS.mkdir(exist_ok=True)
    raw = {case: {side: result.saved() for side, result in sides.items()} for case, sides in found.items()}
    (RESULTS / "cameras-raw.json").write_text(json.dumps(raw, indent=1) + "\n")


def rows(cases: Sequence[Case], found: Found) -> list[Row]:
    made: list[Row] = []
    for case in cases:
        if case.peer == "sub":
            made += compared_at_sub(case, found)
            continue
        ours = found[case.name].get("ours")
        peer = found[case.name].get("peer") or found.get(replace(case, sub=False).name, {}).get("peer")
        if ours is not None and peer is not None:
            made += compared(case, ours, peer)
    made += delays(found)
    made += memory(found)
    return made + recorded(found)


def compared(case: Case, ours: Result, peer: Result) -> list[Row]:
    """Cameras per core, events found, false alarms."""
    reason = ours.reason and f"worker: {ours.reason}"
    if not reason and peer.reason and peer.cost is None:
        reason = f"{PEER}: {peer.reason}"
    if ours.cost is None or peer.cost is None:
        return [Row(f"{case.name} cameras per core", 0.0, "", bound_of(case), PEER, of="ratio", reason=reason)]
    named = f"{PEER} ({peer.reason})" if peer.reason and not reason else PEER
    per_core, peer_per_core = 1 / ours.cost.cpu, 1 / peer.cost.cpu
    made = [Row(f"{case.name} cameras per core", per_core, "", bound_of(case), named, peer_per_core, "ratio", reason)]
    if ours.score.events and peer.score.events:
        share, peer_share = (100 * side.score.found / side.score.events for side in (ours, peer))
        name = f"{case.name} found of {ours.score.events} events"
        made.append(Row(name, share, "%", f">= {peer_share:.1f}", named, peer_share, reason=reason))
    false, peer_false = ours.score.false_alarms, peer.score.false_alarms
    name = f"{case.name} false alarms"
    return [*made, Row(name, false, "", f"<= {peer_false}", named, float(peer_false), reason=reason)]


def compared_at_sub(case: Case, found: Found) -> list[Row]:
    """Where both look at the sub-stream, ``motion`` with the main one as its ``netcam_high_url``: for information."""
    ours, peer = _ours(found, replace(case, peer="", ours=True)), found[case.name].get("peer")
    if not (ours and ours.cost and peer and peer.cost):
        return []
    name = f"{case.name} cameras per core"
    return [Row(name, 1 / ours.cost.cpu, "", ">= 0", f"{PEER} at the sub-stream", 1 / peer.cost.cpu, "ratio")]


def bound_of(case: Case) -> str:
    noisy = case.kind == "quiet" and case.encoding == "cbr" and not case.sub
    return f">= {NOISY_QUIET_RATIO if noisy else RATIOS[case.kind]:g}"


def delays(found: Found) -> list[Row]:
    """From an onset to the commit of the batch that tells of it, by what the gate looks at while nothing moves."""
    made = []
    for mode, bound_s in DELAYS_S.items():
        delays_s = [
            delay for sides in found.values() if "ours" in sides for delay in sides["ours"].delays_s.get(mode, ())
        ]
        if delays_s:
            name = f"delay p95 of {len(delays_s)} events, gate: {mode}"
            made.append(Row(name, percentile(delays_s, 0.95), "s", f"< {bound_s:g}"))
    return made


def memory(found: Found) -> list[Row]:
    """What each camera after the first adds to a worker."""
    made = []
    for title, kind, many, bound in (
        ("a further quiet camera", "quiet", 8, "<= 25"),
        ("a further camera while it is decoded", "busy", 4, "<= 60"),
    ):
        first, all_of_them = (_ours(found, Case(kind, "cq", "1080p15", count)) for count in (1, many))
        if first and first.cost and all_of_them and all_of_them.cost:
            further_mb = (all_of_them.cost.pss_mb - first.cost.pss_mb) / (many - 1)
            made.append(Row(f"memory of {title}", further_mb, "MB", bound))
    return made


def recorded(found: Found) -> list[Row]:
    without, recording_too = (_ours(found, case) for case in recording())
    if not (without and without.cost and recording_too and recording_too.cost):
        return []
    extra = 100 * (recording_too.cost.cpu - without.cost.cpu)
    return [Row("recording, above reading, a camera of 4 Mbit/s", extra, "% core", "<= 0.3")]


def _ours(found: Mapping[str, Mapping[str, Result]], case: Case) -> Result | None:
    return found.get(case.name, {}).get("ours")
