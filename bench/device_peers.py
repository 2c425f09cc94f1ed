"""What the device worker is measured against: four programs that bring the same messages into the same PostgreSQL.

Each writes to a table of its own, ``reading``, whose key is the same as the hub's (device, metric, time), so that each
could take a message that is delivered twice. collectd knows no such key: its table has an index only.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.report import RESULTS

PASSWORD = "a-bench-password"
NODE_RED_VERSION = "4"
PG_VERSION = "8"
KEYED = """
create table reading (device text not null, metric text not null, ts timestamptz not null, value float8,
                      primary key (device, metric, ts))
"""
UNKEYED = """
create table reading (device text not null, metric text not null, ts timestamptz not null, value float8);
create index on reading (device, metric, ts)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a peer finds things: the broker's port, the folder of the socket and the name of its database."""

    folder: Path
    broker_port: int
    socket_dir: Path
    database: str

    @property
    def conninfo(self) -> str:
        return f"host={self.socket_dir} dbname={self.database} user=gridhub password={PASSWORD}"


def paho_executemany(place: Place) -> list[str]:
    """The usual program: paho's own loop, 500 rows in one ``executemany``, acknowledged after the commit."""
    return [sys.executable, str(Path(__file__).with_name("peer_paho.py")), str(place.broker_port), place.conninfo]


def paho_bare(place: Place) -> list[str]:
    """paho's own loop that acknowledges and does nothing else: the limit of the client."""
    return [sys.executable, str(Path(__file__).with_name("peer_paho.py")), str(place.broker_port), ""]


def install_node_red() -> Path:
    """Once, from npm, beside the results. Raises CalledProcessError."""
    folder = RESULTS / "peers" / "node-red"
    if not (folder / "node_modules" / "node-red" / "red.js").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n')
        packages = [f"node-red@{NODE_RED_VERSION}", f"pg@{PG_VERSION}"]
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", *packages], cwd=folder, check=True)
    return folder / "node_modules"


def node_red(place: Place) -> list[str]:
    """mqtt-in (QoS 1, JSON parsed) → function → ``pg``, an insert a message over a pool of ten connections."""
    modules = install_node_red()
    settings = f"""\
const {{ Pool }} = require({json.dumps(str(modules / "pg"))});
module.exports = {{
    uiPort: 0, uiHost: "127.0.0.1", httpAdminRoot: false, httpNodeRoot: false, flowFile: "flows.json",
    credentialSecret: false, telemetry: {{ enabled: false }},
    logging: {{ console: {{ level: "warn", metrics: false, audit: false }} }},
    functionGlobalContext: {{ pool: new Pool({{
        host: {json.dumps(str(place.socket_dir))}, database: {json.dumps(place.database)}, user: "gridhub",
        password: {json.dumps(PASSWORD)}, max: 10 }}) }},
}};
"""
    insert = (
        "const m = msg.payload;\n"
        "return global.get('pool').query({ name: 'i', text: 'insert into reading values ($1, $2, $3, $4) "
        "on conflict do nothing', values: [msg.topic.split('/')[3], 'temperature', new Date(m.ts), "
        "m.values.temperature] }).then(() => null, (error) => { node.error(error); return null; });"
    )
    broker = {
        "id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(place.broker_port),
        "clientid": "bench-node-red", "autoConnect": True, "protocolVersion": "4", "keepalive": "60",
        "cleansession": False, "autoUnsubscribe": False,
    }  # fmt: skip
    flow = [
        {"id": "tab", "type": "tab", "label": "bench"},
        broker,
        {
            "id": "in", "type": "mqtt in", "z": "tab", "topic": "gridhub/v1/devices/+/telemetry", "qos": "1",
            "datatype": "json", "broker": "broker", "wires": [["insert"]], "x": 100, "y": 100,
        },
        {
            "id": "insert", "type": "function", "z": "tab", "func": insert, "outputs": 0, "wires": [],
            "x": 300, "y": 100,
        },
    ]  # fmt: skip
    (place.folder / "settings.js").write_text(settings)
    (place.folder / "flows.json").write_text(json.dumps(flow))
    red = modules / "node-red" / "red.js"
    return ["node", str(red), "--userDir", str(place.folder), "--settings", str(place.folder / "settings.js")]


def collectd(place: Place) -> list[str]:
    """Its mqtt and postgresql plugins; one transaction a second, which is as fast as it gets."""
    program = shutil.which("collectd", path="/usr/sbin:/usr/bin")
    if program is None:
        raise FileNotFoundError("collectd is not installed: sh tests/apt.sh bench")
    statement = (
        "insert into reading select $2, $5, $1::timestamptz, ($9::float8[])[1] "
        "from (select $3::text, $4::text, $6::text, $7::text, $8::text) as unused"  # it always gives nine parameters
    )
    (place.folder / "collectd.conf").write_text(f"""\
Hostname "bench"
BaseDir "{place.folder}"
PIDFile "{place.folder}/collectd.pid"
TypesDB "/usr/share/collectd/types.db"
Interval 10
ReadThreads 1
WriteThreads 1
LoadPlugin logfile
<Plugin logfile>
    LogLevel warning
    File "{place.folder}/collectd.log"
</Plugin>
LoadPlugin mqtt
<Plugin mqtt>
    <Subscribe "bench">
        Host "127.0.0.1"
        Port {place.broker_port}
        ClientId "bench-collectd"
        QoS 1
        Topic "gridhub/#"
        CleanSession false
    </Subscribe>
</Plugin>
LoadPlugin postgresql
<Plugin postgresql>
    <Writer bench>
        Statement "{statement}"
        StoreRates false
    </Writer>
    <Database {place.database}>
        Host "{place.socket_dir}"
        User "gridhub"
        Password "{PASSWORD}"
        SSLMode "disable"
        Writer bench
        CommitInterval 1
    </Database>
</Plugin>
""")
    return [program, "-f", "-C", str(place.folder / "collectd.conf")]


def install_debian() -> None:
    """Raises CalledProcessError."""
    script = Path(__file__).resolve().parent.parent / "tests" / "apt.sh"
    subprocess.run(["sh", str(script), "bench"], check=True)
