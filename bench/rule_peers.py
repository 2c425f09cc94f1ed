"""The peers of the rule engine: bytewax and durable-rules in an environment of their own, Node-RED's function nodes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench import device_peers
from bench.report import RESULTS

PYTHON_PEERS = ("bytewax==0.21.1", "durable-rules==2.0.28")
_RULE = """
const state = global.get('state'), known = state.since[{number}], m = msg.payload;
if (m.value > {limit}) {{
    if (!known.has(m.source)) known.set(m.source, m.ts);
    if (!state.on[{number}].has(m.source) && m.ts - known.get(m.source) >= {hold_ms}) {{
        state.on[{number}].add(m.source); state.alerts++;
    }}
}} else if (known.has(m.source)) {{
    // It held until now.
    if (!state.on[{number}].has(m.source) && m.ts - known.get(m.source) >= {hold_ms}) state.alerts++;
    known.delete(m.source); state.on[{number}].delete(m.source);
}}
if (++state.done === state.total) state.finish();
return null;
"""
_MAIN = """
const http = require('http'), RED = require({red});
const count = {count}, state = {{ since: [], on: [], alerts: 0, done: 0, total: count * {rules} }};
for (let n = 0; n < {rules}; n++) {{ state.since.push(new Map()); state.on.push(new Set()); }}
const events = [];
for (let n = 0; n < count; n++) events.push({{ source: 's' + n % {sources}, value: n * 7919 % 100000 / 1000, ts: n }});
let began;
state.finish = () => {{
    const spent = process.cpuUsage(began);
    console.log(JSON.stringify({{ cpu_s: (spent.user + spent.system) / 1e6, results: state.alerts, events: count }}));
    process.exit(0);
}};
state.begin = (send) => {{
    began = process.cpuUsage();
    let next = 0;
    const some = () => {{
        for (let n = 0; n < 500 && next < count; n++) send({{ payload: events[next++] }});
        if (next < count) setImmediate(some);
    }};
    some();
}};
RED.init(http.createServer(), {{
    userDir: {folder}, flowFile: 'flows.json', httpAdminRoot: false, httpNodeRoot: false, credentialSecret: false,
    telemetry: {{ enabled: false }}, logging: {{ console: {{ level: 'error' }} }},
    functionGlobalContext: {{ state }},
}});
RED.start();
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a peer took for so many events; ``results``: how many windows or alerts came of them."""

    events: int
    cpu_s: float
    results: int

    @property
    def us_each(self) -> float:
        return self.cpu_s / self.events * 1e6


def install() -> Path:
    """Once, beside the results; answers the interpreter. Raises CalledProcessError."""
    folder = RESULTS / "peers" / "rules"
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PYTHON_PEERS], check=True)
        (folder / ".installed").touch()
    return python


def python_peer(name: str, events: int) -> Spent:
    script = Path(__file__).with_name("peer_rules.py")
    done = subprocess.run([str(install()), str(script), name, str(events)], check=True, capture_output=True, text=True)
    return Spent(**json.loads(done.stdout))


def node_red(folder: Path, events: int, rules: int, sources: int, hold_ms: int) -> Spent:
    """Ten function nodes, each with its own limit and its own memory of since when; one more that sends the events."""
    modules = device_peers.install_node_red()
    nodes = [
        {
            "id": f"rule{number}", "type": "function", "z": "tab", "outputs": 1, "wires": [[]], "x": 300, "y": 50,
            "func": _RULE.format(number=number, limit=99.9 + number / 100, hold_ms=hold_ms if number % 2 else 0),
        }
        for number in range(rules)
    ]  # fmt: skip
    wires = [[node["id"] for node in nodes]]
    flow = [
        {"id": "tab", "type": "tab", "label": "bench"},
        {
            "id": "begin", "type": "inject", "z": "tab", "once": True, "onceDelay": 0.5, "props": [], "repeat": "",
            "wires": [["source"]], "x": 50, "y": 50,
        },
        {
            "id": "source", "type": "function", "z": "tab", "outputs": 1, "wires": wires, "x": 100, "y": 50,
            "func": "global.get('state').begin((m) => node.send(m)); return null;",
        },
        *nodes,
    ]  # fmt: skip
    (folder / "flows.json").write_text(json.dumps(flow))
    main = folder / "main.js"
    red = json.dumps(str(modules / "node-red"))
    main.write_text(_MAIN.format(red=red, folder=json.dumps(str(folder)), count=events, rules=rules, sources=sources))
    done = subprocess.run(["node", str(main)], check=True, capture_output=True, text=True, timeout=600)
    return Spent(**json.loads(done.stdout.strip().splitlines()[-1]))
