"""Series as a stream of Apache Arrow (the IPC streaming format): what programs read without parsing a number.

pyarrow is loaded by the first who asks for it: most hubs are never asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.model.times import rfc3339

MEDIA_TYPE = "application/vnd.apache.arrow.stream"
"""As registered with the IANA."""


def is_wanted(accept: str) -> bool:
    """Whether a header ``Accept`` (RFC 9110, 12.5.1) names Arrow, and does not prefer JSON to it."""
    wanted = dict(_weighed(part) for part in accept.split(","))
    return wanted.get(MEDIA_TYPE, 0.0) > 0 and wanted[MEDIA_TYPE] >= wanted.get("application/json", 0.0)


def stream(found: Mapping[str, Any], columns: Sequence[str]) -> bytes:
    """One record batch: ``found["points"]`` by column; all else that was found is in the metadata of the schema."""
    import pyarrow

    types = {
        "ts": pyarrow.timestamp("us", "UTC"),
        "count": pyarrow.int64(),
        "bad": pyarrow.int64(),
        "quality": pyarrow.int16(),
        "text": pyarrow.string(),
    }
    schema = pyarrow.schema(
        [pyarrow.field(name, types.get(name, pyarrow.float64())) for name in columns],
        metadata={key: _text(value) for key, value in found.items() if key != "points" and value is not None},
    )
    values = list(zip(*found["points"], strict=True)) or [()] * len(columns)
    batch = pyarrow.record_batch([list(column) for column in values], schema=schema)
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (word.strip().lower() for word in part.split(";"))
    weights = [word[2:] for word in parameters if word.startswith("q=")]
    try:
        return name, float(weights[0]) if weights else 1.0
    except ValueError:
        return name, 0.0


def _text(value: object) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)
