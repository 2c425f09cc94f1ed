"""``python -m tests.torture_publisher``: devices that number their messages and remember what the broker acknowledged.

Reads one line of JSON: ``port``, ``username``, ``password``, ``seed``, ``rate`` (messages a second), ``repeats`` and
``clients``, a list of lists of devices, each with a connection of its own. Writes ``device number`` for each number
that the broker has acknowledged. When standard input ends it makes nothing new, waits until everything is acknowledged,
and says so by exit status 0.

A device sends each number under an id of its own, neither in order nor on time, and of each message with a chance of
``repeats`` one that it sent before again.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

METRIC = "n"
_WINDOW = 20  # messages among which the order is lost
_MOST_OPEN = 500  # a device with a memory of so many messages makes no more while the broker is away
_LATE_MS = 12 * 86_400_000
_LAST_WORDS_S = 60.0

_output = threading.Lock()


class Client:
    """One connection with a few devices behind it. Sends what was not acknowledged again with each new connection."""

    def __init__(self, order: Mapping[str, Any], index: int, devices: Sequence[str]) -> None:
        self._devices = devices
        self._repeats = float(order["repeats"])
        self._random = random.Random(f"{order['seed']} {index}")
        self._next = dict.fromkeys(devices, 0)
        self._shuffled: list[tuple[str, bytes, list[int]]] = []
        self._sent: list[tuple[str, bytes, list[int]]] = []
        self._open: dict[int, tuple[str, list[int]]] = {}
        self._early: set[int] = set()
        self._lock = threading.Lock()
        name = f"torture-{order['seed']}-{index}"
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=False, protocol=mqtt.MQTTv311)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(100)
        self._client.reconnect_delay_set(1, 1)
        self._client.username_pw_set(order["username"], order["password"])
        self._client.on_publish = self._on_publish
        self._client.connect_async("127.0.0.1", order["port"], keepalive=5)
        self._client.loop_start()

    def publish(self) -> None:
        """One message: a new one, or one that was sent before."""
        if self.waiting() >= _MOST_OPEN:
            return
        if self._sent and self._random.random() < self._repeats:
            device, payload, numbers = self._random.choice(self._sent)
        else:
            while len(self._shuffled) < _WINDOW:
                self._shuffled.append(self._make())
            device, payload, numbers = self._shuffled.pop(self._random.randrange(_WINDOW))
            self._sent = [*self._sent[-200:], (device, payload, numbers)]
        # The library calls back under a lock of its own that publishing takes as well: ours is not held here.
        info = self._client.publish(f"gridhub/v1/devices/{device}/telemetry", payload, qos=1)
        with self._lock:
            if info.mid in self._early:
                self._early.discard(info.mid)
                _say(device, numbers)
            else:
                self._open[info.mid] = (device, numbers)

    def waiting(self) -> int:
        with self._lock:
            return len(self._open)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _make(self) -> tuple[str, bytes, list[int]]:
        device = self._random.choice(self._devices)
        first = self._next[device]
        count = 5 if self._random.random() < 0.1 else 1
        self._next[device] += count
        numbers = list(range(first, first + count))
        samples = [self._sample(number) for number in numbers]
        return device, json.dumps(samples if count > 1 else samples[0]).encode(), numbers

    def _sample(self, number: int) -> dict[str, Any]:
        sample: dict[str, Any] = {"id": f"m{number}", "values": {METRIC: number}}
        chance = self._random.random()
        if chance > 0.15:  # the others have no time of their own: their id alone tells them apart
            late_ms = self._random.randrange(_LATE_MS) if chance > 0.95 else self._random.randrange(5000)
            sample["ts"] = int(time.time() * 1000) - late_ms
        return sample

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            return
        with self._lock:
            if mid in self._open:
                _say(*self._open.pop(mid))
            else:
                self._early.add(mid)


def _say(device: str, numbers: Sequence[int]) -> None:
    with _output:
        sys.stdout.write("".join(f"{device} {number}\n" for number in numbers))
        sys.stdout.flush()


def main() -> int:
    order = json.loads(sys.stdin.readline())
    ended = threading.Event()

    def read_to_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=read_to_end, daemon=True).start()
    clients = [Client(order, index, devices) for index, devices in enumerate(order["clients"])]
    pause_s = len(clients) / order["rate"]
    while not ended.wait(pause_s):
        for client in clients:
            client.publish()
    deadline_s = time.monotonic() + _LAST_WORDS_S
    while any(client.waiting() for client in clients) and time.monotonic() < deadline_s:
        threading.Event().wait(0.05)
    left = sum(client.waiting() for client in clients)
    for client in clients:
        client.close()
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
