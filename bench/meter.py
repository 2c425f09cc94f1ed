"""What a process costs: CPU time of all its threads, memory, handles; read from /proc."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Sample:
    """``cpu_s``: user and system time since it began, of the process alone; ``pss_bytes``: shared pages by share, which
    others change as they come and go; ``own_bytes``: what it has made itself (anonymous, private)."""

    cpu_s: float
    pss_bytes: int
    threads: int
    handles: int
    own_bytes: int = 0


def sample(pid: int) -> Sample:
    process = psutil.Process(pid)
    times = process.cpu_times()
    cpu_s = times.user + times.system
    pss_bytes, own_bytes = _memory(pid)
    return Sample(cpu_s, pss_bytes, process.num_threads(), process.num_fds(), own_bytes)


def _memory(pid: int) -> tuple[int, int]:
    """From ``/proc/PID/smaps_rollup``, proc(5)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    found = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}
    return found["Pss"], found["Pss_Anon"]
