"""What a process costs: CPU time of all its threads, memory, handles; read from /proc."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Sample:
    """``cpu_s``: user and system time since it began, of the process alone; ``pss_bytes``: shared pages by share."""

    cpu_s: float
    pss_bytes: int
    threads: int
    handles: int


def sample(pid: int) -> Sample:
    process = psutil.Process(pid)
    times = process.cpu_times()
    return Sample(
        times.user + times.system, process.memory_full_info().pss, process.num_threads(), process.num_fds()
    )
