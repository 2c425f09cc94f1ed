"""What can be told of an ONNX file before anything opens it.

An ONNX file is a protocol buffer (onnx.proto, ModelProto). It may name other files that hold its weights, and operators
that only a library of its maker's knows: a model that came from elsewhere must do neither. Only those fields are walked
here; the weights are stepped over, so a large model costs no more than a small one.
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import Refused

_KNOWN_DOMAINS = {"", "ai.onnx", "ai.onnx.ml", "com.microsoft"}
_MAX_DEPTH = 12  # graphs within graphs: the branches of If and Loop

# onnx.proto, by message: the numbers of the fields that are looked at.
_MODEL_GRAPH, _MODEL_OPSET, _MODEL_FUNCTION = 7, 8, 25
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_SPARSE = 1, 5, 15
_NODE_ATTRIBUTE, _NODE_DOMAIN, _FUNCTION_NODE = 5, 7, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES = 22, 23
_SPARSE_VALUES, _SPARSE_INDICES = 1, 2
_TENSOR_EXTERNAL, _TENSOR_LOCATION = 13, 14
_OPSET_DOMAIN = 1

Field = tuple[int, int | memoryview]
"""Its number; a number where it is one, else its bytes."""


def check(data: bytes) -> None:
    """Raises Refused for what is no ONNX model, and for one that does not stand alone."""
    graphs = 0
    for number, value in _fields(memoryview(data)):
        if number == _MODEL_GRAPH:
            graphs += 1
            _check_graph(_message(value), 0)
        elif number == _MODEL_OPSET:
            _check_domain(value, _OPSET_DOMAIN)
        elif number == _MODEL_FUNCTION:
            for inner, node in _fields(_message(value)):
                if inner == _FUNCTION_NODE:
                    _check_node(_message(node), 0)
    if graphs != 1:
        raise Refused("not_onnx", "the file holds no ONNX graph")


def _check_graph(graph: memoryview, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise Refused("not_onnx", "its graphs are nested too deeply")
    for number, value in _fields(graph):
        if number == _GRAPH_NODE:
            _check_node(_message(value), depth)
        elif number == _GRAPH_INITIALIZER:
            _check_tensor(_message(value))
        elif number == _GRAPH_SPARSE:
            _check_sparse(_message(value))


def _check_node(node: memoryview, depth: int) -> None:
    for number, value in _fields(node):
        if number == _NODE_DOMAIN:
            _check_name(_message(value))
        elif number == _NODE_ATTRIBUTE:
            for inner, part in _fields(_message(value)):
                if inner in {_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS}:
                    _check_graph(_message(part), depth + 1)
                elif inner in {_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS}:
                    _check_tensor(_message(part))
                elif inner in {_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES}:
                    _check_sparse(_message(part))


def _check_sparse(sparse: memoryview) -> None:
    for number, value in _fields(sparse):
        if number in {_SPARSE_VALUES, _SPARSE_INDICES}:
            _check_tensor(_message(value))


def _check_tensor(tensor: memoryview) -> None:
    for number, value in _fields(tensor):
        if number == _TENSOR_EXTERNAL or (number == _TENSOR_LOCATION and value != 0):
            raise Refused("external_data", "its weights lie in another file: export it as one file")


def _check_domain(opset: int | memoryview, field: int) -> None:
    for number, value in _fields(_message(opset)):
        if number == field:
            _check_name(_message(value))


def _check_name(domain: memoryview) -> None:
    name = bytes(domain[:200]).decode("utf-8", "replace")
    if name not in _KNOWN_DOMAINS:
        raise Refused("custom_operators", f"it needs operators of {name!r}, which ONNX Runtime does not have")


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise Refused("not_onnx", "the file is no ONNX model")
    return value


def _fields(message: memoryview) -> Iterator[Field]:
    """The fields of a message in the wire format of protocol buffers. Raises Refused for what is none."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(message, at)
        elif wire in {1, 5}:
            size = 8 if wire == 1 else 4
        else:
            raise Refused("not_onnx", "the file is no ONNX model")
        if number == 0 or size > len(message) - at:
            raise Refused("not_onnx", "the file is no ONNX model, or was cut off")
        yield number, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
    raise Refused("not_onnx", "the file is no ONNX model, or was cut off")
