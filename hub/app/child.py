"""One child process: started, watched, started again, stopped.

A child asks the kernel to be ended with its parent, so that even ``kill -9`` of the hub leaves nothing behind.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from hub.backoff import Backoff

_PR_SET_PDEATHSIG = 1
_NOT_HANDED_ON = frozenset({"GRIDHUB_ADMIN_PASSWORD", "GRIDHUB_CAMERA_PASSWORD"})
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(slots=True)
class Child:
    """``argv`` holds no secret, ever: anybody on the machine can read it.

    ``stop_signal`` asks the process to end; after ``stop_timeout_s`` it is killed. ``user`` is a system user to run as.
    """

    name: str
    argv: Sequence[str]
    cwd: Path | None = None
    log: Path | None = None
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 4.5
    backoff: Backoff = field(default_factory=lambda: Backoff(0.3, 5.0))
    process: subprocess.Popen[bytes] | None = None
    started_at_s: float = 0.0
    restart_at_s: float | None = None

    def start(self, now_s: float) -> None:
        """Raises OSError where the program cannot be run."""
        output: IO[bytes] | None = self.log.open("ab") if self.log else None
        try:
            self.process = subprocess.Popen(  # noqa: S603  argv is made by the hub, there is no shell
                list(self.argv),
                cwd=self.cwd,
                env={name: value for name, value in os.environ.items() if name not in _NOT_HANDED_ON},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                user=self.user,
                group=self.user,
                extra_groups=() if self.user else None,
                umask=0o077,
                process_group=0,
                preexec_fn=_end_with_parent(self.stop_signal),
            )
        finally:
            if output:
                output.close()
        self.started_at_s, self.restart_at_s = now_s, None

    def died(self) -> int | None:
        """The exit status where the process has ended; None while it runs or was never started."""
        return None if self.process is None else self.process.poll()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def wait_or_kill(self, timeout_s: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.05, timeout_s))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)


def _end_with_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    number = int(stop_signal)

    def ask_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)

    return ask_kernel
