"""``gridhub device try``: what a new user sees before anything is stored."""

from __future__ import annotations

import argparse
import base64
import io
import json
import sys
from pathlib import Path

import pytest

from hub import cli
from hub.errors import HubError
from ingest.mqtt import trying

HUB = """\
areas: areas.geojson
mappings:
  - codec: json
    topic: plant/{line}/{device}/up
    device: "{line}-{device}"
    values: {temperature: {path: $.temp, unit: "[degF]", to: Cel}, mode: $.mode}
  - {codec: homeassistant, topics: [tele/+/SENSOR]}
  - codec: sparkplug
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hub.yaml").write_text(HUB)
    return tmp_path


def attempt(folder: Path, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", type=Path)
    trying.options(parser)
    return trying.run(parser.parse_args(["-c", str(folder / "hub.yaml"), *arguments]))


def write(folder: Path, name: str, content: object) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(path)


def test_it_shows_what_would_be_stored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    payload = write(folder, "p.json", b'{"temp": 212, "mode": "auto"}\n')
    assert attempt(folder, "--topic", "plant/a/press-7/up", "--payload", payload) == 0
    told = capsys.readouterr().out
    assert "mappings[0] (json)" in told
    assert "line = a, device = press-7" in told
    assert "29 bytes" in told, "the line end is the editor's"
    rows = [line.split() for line in told.splitlines()]
    assert ["a-press-7", "temperature"] in [row[:2] for row in rows]
    assert any(row[3:4] == ["Cel"] for row in rows if row[1:2] == ["temperature"])
    assert any(row[:3] == ["a-press-7", "mode", "auto"] for row in rows)


def test_it_says_why_not_and_what_was_meant(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert attempt(folder, "--topic", "plant/a/press-7/data", "--payload", write(folder, "p", b"{}")) == 1
    told = capsys.readouterr().out
    assert "none takes this topic; the nearest is mappings[0] (json), 'plant/+/+/up'" in told
    assert "level 4 is 'data', not 'up'" in told
    assert attempt(folder, "--topic", "plant/a/press-7/up", "--payload", write(folder, "p", {"mode": "x"})) == 0
    assert "temperature: its path finds nothing" in capsys.readouterr().out
    assert attempt(folder, "--topic", "plant/a/press-7/up", "--payload", write(folder, "p", {"t": 1})) == 1
    assert "it has the keys ['t']" in capsys.readouterr().out


def test_it_reads_standard_input_and_answers_programs(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"temp": 32}')))
    assert attempt(folder, "--topic", "plant/a/p/up", "--payload", "-", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    [row] = told["stored"]
    assert (row["device"], row["metric"], row["unit"], row["quality"]) == ("a-p", "temperature", "Cel", "good")
    assert row["value"] == pytest.approx(0.0, abs=1e-9)
    assert told["found_nothing"] == ["mode"]
    assert (told["levels"], told["refused"], told["skipped"]) == ({"line": "a", "device": "p"}, [], 0)


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_binary_payloads_may_be_written_down(folder: Path, encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    payload = b'{"temp": 32}'
    text = payload.hex().encode() if encoding == "hex" else base64.b64encode(payload)
    file = write(folder, "p", text + b"\n")
    assert attempt(folder, "--topic", "plant/a/p/up", "--payload", file, "--encoding", encoding) == 0
    bad = write(folder, "bad", b"?!")
    with pytest.raises(HubError, match=f"is not {encoding}"):
        attempt(folder, "--topic", "plant/a/p/up", "--payload", bad, "--encoding", encoding)


def test_what_came_before_may_be_given(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = {"stat_t": "tele/x/SENSOR", "val_tpl": "{{ value_json.t }}", "unit_of_meas": "°C", "dev": {"ids": "x1"}}
    discovery, payload = write(folder, "d.json", config), write(folder, "p.json", {"t": 21})
    assert attempt(folder, "--topic", "tele/x/SENSOR", "--payload", payload) == 1
    assert "no discovery has told" in capsys.readouterr().out
    before = ["--before", "homeassistant/sensor/x1_temp/config", discovery]
    assert attempt(folder, *before, "--topic", "tele/x/SENSOR", "--payload", payload) == 0
    assert "Cel" in capsys.readouterr().out


def test_it_shows_what_would_be_asked_of_a_device(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write(folder, "p", b"12041001500118052001")  # a metric by an alias that nobody has told
    attempt(folder, "--topic", "spBv1.0/plant/NDATA/edge-1", "--payload", data, "--encoding", "hex")
    assert "asks      spBv1.0/plant/NCMD/edge-1" in capsys.readouterr().out


def test_the_hubs_own_topics_are_tried_as_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = "gridhub/v1/devices/smoke-1"
    assert attempt(folder, "--topic", f"{own}/telemetry", "--payload", write(folder, "p", {"values": {"a": 1}})) == 0
    assert attempt(folder, "--topic", f"{own}/status", "--payload", write(folder, "p", b"offline")) == 0
    assert "device.online" in capsys.readouterr().out
    assert attempt(folder, "--topic", f"{own}/else", "--payload", write(folder, "p", b"x")) == 1


def test_a_wrong_mapping_and_a_missing_file_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(HubError, match="cannot be read"):
        attempt(folder, "--topic", "a", "--payload", str(folder / "none"))
    (folder / "hub.yaml").write_text(HUB.replace("$.temp", "temp"))
    config = str(folder / "hub.yaml")
    with pytest.raises(SystemExit) as ended:
        cli.main(["device", "try", "-c", config, "--topic", "a", "--payload", config])
    assert ended.value.code == 2
    assert "hub.yaml:6:" in capsys.readouterr().err
