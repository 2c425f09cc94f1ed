"""The simulated devices: they publish what the script says over MQTT, a few dozen on each connection.

    python -m ingest.simulate.devices --config DIR/hub.yaml --epoch SECONDS

A device whose power the script cuts has a connection of its own, with a real last will. While the broker is away
nothing is measured; the connections come back by themselves.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hub import config, log
from hub.clock import Clock, SystemClock
from hub.errors import HubError
from hub.model.times import rfc3339
from hub.signals import stop_event
from ingest.simulate import actuators, city, script
from ingest.simulate.actuators import Actuators
from ingest.simulate.city import Device, Role
from ingest.simulate.link import Link

TICK_S = 0.1
_PER_LINK = 50
_REPORT_TICKS = round(script.REPORT_S / TICK_S)
_LIVELY_TICKS = round(script.LIVELY_S / TICK_S)
_MOST_TICKS_AT_ONCE = 20
_MANGLED = (
    b'{"ts": "2026-',
    b'{"values": 7}',
    b'{"ts": "1970-01-01T00:00:00Z", "values": {"pm25": 30.0}}',
    b"\xff\xfe\x00",
)
_log = logging.getLogger(__name__)


def reports(device: Device, place: float, tick: int) -> bool:
    """Whether a device reports in a tick (of ``TICK_S``). ``place``, from 0 to 1, spreads them over an interval."""
    elapsed_s = tick * TICK_S
    if script.says_nothing(device, elapsed_s) or script.unplugged(device, elapsed_s):
        return False
    interval = _LIVELY_TICKS if script.lively(device, elapsed_s) else _REPORT_TICKS
    return tick % interval == int(place * interval)


def payload(device: Device, tick: int, epoch_s: float) -> bytes:
    """What a device publishes in a tick, as the contract has it, unless the script mangles it."""
    elapsed_s = tick * TICK_S
    if script.mangled(device, elapsed_s):
        return _MANGLED[int(elapsed_s // script.REPORT_S) % len(_MANGLED)]
    measured_at = datetime.fromtimestamp(epoch_s + elapsed_s, UTC)
    message = {
        "ts": rfc3339(measured_at),
        "id": f"{device.id}-{round((epoch_s + elapsed_s) * 1000):x}",
        "values": script.reading(device, elapsed_s),
    }
    return json.dumps(message, separators=(",", ":")).encode()


class Fleet:
    """All devices of a city, on their connections."""

    def __init__(
        self, devices: Sequence[Device], access: Callable[[], config.BrokerAccess], epoch_s: float, clock: Clock
    ) -> None:
        self._epoch_s, self._clock = epoch_s, clock
        own = [device for device in devices if device.role in (Role.UNPLUGGED, Role.GATEWAY)]
        shared = [device for device in devices if device not in own]
        groups = [[device] for device in own]
        groups += [shared[start : start + _PER_LINK] for start in range(0, len(shared), _PER_LINK)]
        self.links = [Link(group, access, f"simulated-{number}-{epoch_s:.0f}") for number, group in enumerate(groups)]
        places = {device.id: number / len(devices) for number, device in enumerate(devices)}
        self._places = [[(device, places[device.id]) for device in link.devices] for link in self.links]
        self._tick = self._now_tick()
        self._was_connected = False

    def step(self) -> None:
        """Connect what should be connected; publish what is due since the last step."""
        now = self._now_tick()
        for link in self.links:
            if any(script.unplugged(device, now * TICK_S) for device in link.devices):
                link.cut()
            else:
                link.tend(self._clock.monotonic())
        for tick in range(max(self._tick, now - _MOST_TICKS_AT_ONCE) + 1, now + 1):
            self._publish(tick)
        self._tick = now
        self._report()

    def close(self) -> None:
        for link in self.links:
            link.close()

    def _publish(self, tick: int) -> None:
        for link, placed in zip(self.links, self._places, strict=True):
            if link.connected:
                for device, place in placed:
                    if reports(device, place, tick):
                        link.publish(device, payload(device, tick, self._epoch_s))

    def _now_tick(self) -> int:
        return int((self._clock.now().timestamp() - self._epoch_s) / TICK_S)

    def _report(self) -> None:
        connected = any(link.connected for link in self.links)
        if connected != self._was_connected:
            self._was_connected = connected
            _log.info("the devices are connected" if connected else "the broker is away")


def run(path: Path, epoch_s: float, clock: Clock, stop: threading.Event) -> None:
    """Publish until told to stop. Raises HubError where the configuration is wrong."""
    settings = config.load(path)
    cast = {device.id: device for device in [*city.devices(len(settings.devices)), city.gateway()]}
    devices = [
        cast.get(device.id) or Device(device.id, device.type, device.area)
        for device in settings.devices
        if device.type in script.TYPES
    ]
    fleet = Fleet(devices, lambda: config.broker_access(settings), epoch_s, clock)
    told = [Device(item.id, item.type, item.area) for item in settings.devices if item.type in actuators.TYPES]
    commanded = Actuators(told, lambda: config.broker_access(settings), f"simulated-actuators-{epoch_s:.0f}", clock)
    try:
        while not stop.wait(TICK_S):
            fleet.step()
            commanded.step()
    finally:
        commanded.close()
        fleet.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.simulate.devices", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="the hub.yaml with the devices and the broker")
    parser.add_argument("--epoch", type=float, required=True, help="when the script began, in seconds since 1970")
    arguments = parser.parse_args()
    log.setup("devices")
    stop = stop_event()
    try:
        run(arguments.config, arguments.epoch, SystemClock(), stop)
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
