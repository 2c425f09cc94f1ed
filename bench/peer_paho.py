"""The program that everybody writes first: ``peer_paho.py PORT CONNINFO``. Without CONNINFO it only acknowledges.

It shares nothing with the hub. Messages are written by ``executemany`` as soon as 500 are there or nothing more has
come for 50 ms, and acknowledged one by one after the commit.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion

_INSERT = "insert into reading values (%s, %s, %s, %s) on conflict do nothing"
_ROWS = 500
_AGE_S = 0.05


def main() -> None:
    port, conninfo = int(sys.argv[1]), sys.argv[2]
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, "bench-paho", clean_session=False, protocol=mqtt.MQTTv311, manual_ack=True
    )
    client.on_connect = lambda connected, *_: connected.subscribe("gridhub/v1/devices/+/telemetry", qos=1)
    if conninfo:
        gather(client, port, conninfo)
    else:
        client.on_message = acknowledge
        client.connect("127.0.0.1", port)
        client.loop_forever()


def acknowledge(client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
    client.ack(message.mid, message.qos)


def gather(client: mqtt.Client, port: int, conninfo: str) -> None:
    rows: list[tuple[Any, ...]] = []
    mids: list[int] = []

    def note(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        sample = json.loads(message.payload)
        device, ts = message.topic.split("/")[3], datetime.fromtimestamp(sample["ts"] / 1000, UTC)
        rows.extend((device, metric, ts, value) for metric, value in sample["values"].items())
        mids.append(message.mid)

    client.on_message = note
    client.connect("127.0.0.1", port)
    with psycopg.connect(conninfo) as connection:
        newest = time.monotonic()
        while True:
            before = len(mids)
            client.loop(_AGE_S)
            if len(mids) > before:
                newest = time.monotonic()
            if len(mids) >= _ROWS or (mids and time.monotonic() - newest >= _AGE_S):
                connection.cursor().executemany(_INSERT, rows)
                connection.commit()
                for mid in mids:
                    client.ack(mid, 1)
                rows.clear()
                mids.clear()


if __name__ == "__main__":
    main()
