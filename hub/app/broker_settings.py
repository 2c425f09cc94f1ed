"""The configuration of the embedded broker: who may connect, and what each may say and hear. Pure.

The hub itself may everything. A device has a name and a password of its own, and may publish and subscribe below
``gridhub/v1/devices/{its id}`` and what it was given besides, nothing else (GHSA-vcg2-pq78-9mhr, CVE-2021-34434: what
its name looks like does not matter, and whoever is taken off the list is disconnected).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MAX_PAYLOAD_BYTES = 8 * 1024 * 1024
HUB = "gridhub"
"""The name under which the hub's own processes connect."""
_ACK_SUBJECTS = "$MQTT.sub.>"  # where nats-server delivers to subscriptions with QoS 1; no client can name it


@dataclass(frozen=True, slots=True)
class DeviceAccount:
    """``topics``: MQTT filters that the device may use besides its own topics."""

    device: str
    password: str = field(repr=False)
    topics: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Listening:
    """``certificate``: with it TLS is spoken, and nothing else."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


def settings(folder: Path, listening: Listening, password: str, accounts: Sequence[DeviceAccount]) -> str:
    """The text of ``nats.conf``. ``folder``: where the broker keeps what it has; ``password``: of the hub."""
    mqtt = [f"host: {_text(listening.host)}", f"port: {listening.port}", 'ack_wait: "5s"', "max_ack_pending: 2000"]
    if listening.certificate is not None:
        files = (str(listening.certificate), str(listening.key or listening.certificate))
        mqtt.append(f"tls {{ cert_file: {_text(files[0])}, key_file: {_text(files[1])}, timeout: 10 }}")
    users = [f"{{ user: {HUB}, password: {_text(password)} }}", *map(_user, accounts)]
    lines = "\n".join(f"    {user}" for user in users)
    return f"""\
server_name: gridhub
host: 127.0.0.1
port: -1
pid_file: {_text(str(folder / "nats.pid"))}
max_payload: {MAX_PAYLOAD_BYTES}
jetstream {{ store_dir: {_text(str(folder / "jetstream"))}, sync_interval: always, max_memory_store: 67108864 }}
mqtt {{ {", ".join(mqtt)} }}
authorization {{
  users: [
{lines}
  ]
}}
"""


def subjects(topic_filter: str) -> list[str]:
    """A filter of MQTT as the subjects of NATS that it stands for (nats-server's mapping of topics)."""
    levels = [{"+": "*", "#": ">"}.get(level, level.replace(".", "//")) for level in topic_filter.split("/")]
    found = [".".join(levels)]
    if len(levels) > 1 and levels[-1] == ">":  # in MQTT, a/# is a as well
        found.append(".".join(levels[:-1]))
    return found


def own_filter(device: str) -> str:
    return f"gridhub/v1/devices/{device}/#"


def _user(account: DeviceAccount) -> str:
    allowed = [subject for topic in (own_filter(account.device), *account.topics) for subject in subjects(topic)]
    permissions: Mapping[str, Sequence[str]] = {"publish": allowed, "subscribe": [*allowed, _ACK_SUBJECTS]}
    said = ", ".join(f"{name}: {json.dumps(list(listed))}" for name, listed in permissions.items())
    return (
        f"{{ user: {_text(account.device)}, password: {_text(account.password)}, "
        f'allowed_connection_types: ["MQTT"], permissions: {{ {said} }} }}'
    )


def _text(value: str) -> str:
    """A string of the configuration: JSON's are understood, but for what lies beyond ASCII written as \\u."""
    return json.dumps(value, ensure_ascii=False)
