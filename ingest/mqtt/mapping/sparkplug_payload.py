"""The payload of Sparkplug B (Eclipse Sparkplug 3.0.0, chapter 6.4), as far as the hub reads and writes it.

The definition is made here rather than by protoc, so that there is no generated code. Field numbers and types are those
of the specification. Metadata, data sets, templates and property sets within properties are left as bytes: they have
the same form on the wire, and the hub refuses or ignores them.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto


class DataType(IntEnum):
    """Of a metric's value (6.4.16). Those above ``TEXT`` but ``UUID`` cannot be one number or text."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATE_TIME = 13
    TEXT = 14
    UUID = 15
    DATA_SET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19


_SCALARS = [
    ("int_value", _Field.TYPE_UINT32),
    ("long_value", _Field.TYPE_UINT64),
    ("float_value", _Field.TYPE_FLOAT),
    ("double_value", _Field.TYPE_DOUBLE),
    ("boolean_value", _Field.TYPE_BOOL),
    ("string_value", _Field.TYPE_STRING),
]


def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="gridhub/sparkplug_b.proto", package="gridhub", syntax="editions")
    # Every field tells whether it was there, as in proto2, and a text that is not UTF-8 does not pass, as in proto3.
    file.edition = descriptor_pb2.Edition.EDITION_2023

    prop = file.message_type.add(name="PropertyValue")
    _add(prop, "type", 1, _Field.TYPE_UINT32)
    _add(prop, "is_null", 2, _Field.TYPE_BOOL)
    opaque = [(name, _Field.TYPE_BYTES) for name in ("propertyset_value", "propertysets_value")]
    _add_value(prop, 3, [*_SCALARS, *opaque])

    properties = file.message_type.add(name="PropertySet")
    _add(properties, "keys", 1, _Field.TYPE_STRING, repeated=True)
    _add(properties, "values", 2, _Field.TYPE_MESSAGE, of="PropertyValue", repeated=True)

    metric = file.message_type.add(name="Metric")
    _add(metric, "name", 1, _Field.TYPE_STRING)
    _add(metric, "alias", 2, _Field.TYPE_UINT64)
    _add(metric, "timestamp", 3, _Field.TYPE_UINT64)
    _add(metric, "datatype", 4, _Field.TYPE_UINT32)
    _add(metric, "is_historical", 5, _Field.TYPE_BOOL)
    _add(metric, "is_transient", 6, _Field.TYPE_BOOL)
    _add(metric, "is_null", 7, _Field.TYPE_BOOL)
    _add(metric, "metadata", 8, _Field.TYPE_BYTES)
    _add(metric, "properties", 9, _Field.TYPE_MESSAGE, of="PropertySet")
    opaque = [(name, _Field.TYPE_BYTES) for name in ("bytes_value", "dataset_value", "template_value")]
    _add_value(metric, 10, [*_SCALARS, *opaque])

    payload = file.message_type.add(name="Payload")
    _add(payload, "timestamp", 1, _Field.TYPE_UINT64)
    _add(payload, "metrics", 2, _Field.TYPE_MESSAGE, of="Metric", repeated=True)
    _add(payload, "seq", 3, _Field.TYPE_UINT64)
    _add(payload, "uuid", 4, _Field.TYPE_STRING)
    _add(payload, "body", 5, _Field.TYPE_BYTES)

    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("gridhub.Payload"))


def _add(
    message: descriptor_pb2.DescriptorProto, name: str, number: int, sort: Any, *, of: str = "", repeated: bool = False
) -> None:
    label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
    field = message.field.add(name=name, number=number, type=sort, label=label)
    if of:
        field.type_name = f".gridhub.{of}"


def _add_value(message: descriptor_pb2.DescriptorProto, number: int, fields: list[tuple[str, Any]]) -> None:
    """``oneof value``, numbered from ``number``."""
    message.oneof_decl.add(name="value")
    for offset, (name, sort) in enumerate(fields):
        field = message.field.add(name=name, number=number + offset, type=sort, label=_Field.LABEL_OPTIONAL)
        field.oneof_index = 0


Payload: Any = _payload_class()
"""The class of messages: ``Payload.FromString(data)``, ``payload.SerializeToString()``."""
