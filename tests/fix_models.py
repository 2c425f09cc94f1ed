"""ONNX files made by hand, field by field of onnx.proto: no library that writes them is needed for so little."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ingest.video.yolo import Floats, cells

MODELS = Path(__file__).resolve().parents[2] / "shared" / "models"
NANO = MODELS / "yolox_nano.onnx"

_FLOAT = 1


def number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def message(field: int, content: bytes | str) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def tensor(name: str, values: Floats, extra: bytes = b"") -> bytes:
    dims = b"".join(number(1, size) for size in values.shape)
    return dims + number(2, _FLOAT) + message(8, name) + message(9, values.astype("<f4").tobytes()) + extra


def constant_model(
    output: Floats,
    *,
    size: tuple[int | str, ...] = (1, 3, 64, 64),
    meta: Mapping[str, str] | None = None,
    node: bytes = b"",
    weight: bytes = b"",
    domains: Sequence[str] = ("",),
    outputs: int = 1,
) -> bytes:
    """A model that answers ``output`` to any picture. ``node`` and ``weight`` are put into its fields besides."""
    nodes = b"".join(
        message(1, message(1, "answer") + message(2, f"output{index}") + message(4, "Identity") + node)
        for index in range(outputs)
    )
    shapes = b"".join(message(12, _value(f"output{index}", output.shape)) for index in range(outputs))
    graph = (
        nodes
        + message(2, "graph")
        + message(5, tensor("answer", output, weight))
        + message(11, _value("images", size))
        + shapes
    )
    opsets = b"".join(message(8, (message(1, domain) if domain else b"") + number(2, 13)) for domain in domains)
    props = b"".join(message(14, message(1, key) + message(2, value)) for key, value in (meta or {}).items())
    return number(1, 8) + message(7, graph) + opsets + props


def yolov8_output(classes: int, found: Sequence[tuple[int, float, Sequence[float]]], size: int = 64) -> Floats:
    """1×(4+C)×N for a square input: (class, score, (middle x, middle y, width, height) in pixels), one a cell."""
    output = np.zeros((1, 4 + classes, cells(size, size)), np.float32)
    for cell, (label, score, box) in enumerate(found):
        output[0, :4, cell] = box
        output[0, 4 + label, cell] = score
    return output


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(message(1, number(1, side) if isinstance(side, int) else message(2, side)) for side in shape)
    return message(1, name) + message(2, message(1, number(1, _FLOAT) + message(2, dims)))


def _varint(value: int) -> bytes:
    data = b""
    while value >= 0x80:
        data += struct.pack("B", value & 0x7F | 0x80)
        value >>= 7
    return data + struct.pack("B", value)
