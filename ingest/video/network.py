"""A detector that runs: one ONNX Runtime session, for all cameras of a process, and how a file is recognised.

ONNX Runtime is loaded with the first model, because a worker without one does not need its 60 MB. It is given the
file's bytes, never its path, so that nothing beside the file can be read.
"""

from __future__ import annotations

import ast
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from hub.errors import Refused
from ingest.video import onnxfile
from ingest.video.coco import COCO
from ingest.video.yolo import STRIDES, Detection, Family, Floats, Picture3, blob, cells, detections, letterbox

_DEFAULT_SIZE = 640  # of a model that takes any size
_MAX_SIZE = 2048
_MAX_CLASSES = 2000
_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


@dataclass(frozen=True, slots=True)
class Form:
    """How a model is fed and read. ``channels_last``: rows, columns, channels, as TensorFlow has them."""

    family: Family
    width: int
    height: int
    classes: tuple[str, ...]
    channels_last: bool = False


class Network:
    """Thread-safe: ONNX Runtime is, and nothing else is kept."""

    def __init__(self, session: Any, form: Form) -> None:
        self.form = form
        self.provider = str(session.get_providers()[0])
        self._session = session
        self._input = session.get_inputs()[0].name
        self._type = _TYPES[session.get_inputs()[0].type]

    @classmethod
    def load(cls, data: bytes, form: Form) -> Network:
        """Raises Refused where ONNX Runtime does not take the file."""
        onnxfile.check(data)
        return cls(_open(data), form)

    def detect(
        self, picture: Picture3, *, least: float, classes: Sequence[int] | None = None
    ) -> tuple[list[Detection], float]:
        """What is in a picture, as fractions of it, and the seconds that took. Raises Refused where it cannot run."""
        form = self.form
        began_s = time.perf_counter()
        boxed, _ = letterbox(picture, form.width, form.height)
        output = self.run(blob(form.family, boxed))
        found = detections(
            form.family,
            output,
            (form.width, form.height),
            (picture.shape[1], picture.shape[0]),
            form.classes,
            least=least,
            classes=classes,
        )
        return found, time.perf_counter() - began_s

    def run(self, tensor: Floats) -> Floats:
        """1×3×H×W to the model's first output, as 32-bit numbers."""
        if self.form.channels_last:
            tensor = cast(Floats, np.ascontiguousarray(tensor.transpose(0, 2, 3, 1)))
        try:
            outputs = self._session.run(None, {self._input: tensor.astype(self._type, copy=False)})
        except _failures() as error:
            raise Refused("cannot_run", f"ONNX Runtime cannot run it: {_words(error)}") from error
        return cast(Floats, outputs[0].astype(np.float32, copy=False))


def recognise(data: bytes) -> Form:
    """How the model in ``data`` is fed and read; it is run once, on grey. Raises Refused with the reason."""
    onnxfile.check(data)
    session = _open(data)
    width, height, channels_last = _input_size(session)
    meta = session.get_modelmeta().custom_metadata_map
    if (task := meta.get("task", "detect")) != "detect":
        raise Refused("not_a_detector", f"it was made for another task ({task[:40]}); only detection can be used")
    if (count := len(session.get_outputs())) != 1:
        raise Refused("unknown_outputs", f"it has {count} outputs; YOLOX and YOLOv8/11 detectors have one")
    draft = Form(Family.YOLOX, width, height, (), channels_last)
    grey = np.full((height, width, 3), 114, np.uint8)
    bgr = Network(session, draft).run(blob(Family.YOLOX, grey))
    family, count = _family(bgr, width, height)
    if family is Family.YOLOV8:
        _check_scores(Network(session, draft).run(blob(family, grey))[0, 4:])
    else:
        _check_scores(bgr[0, :, 4:])
    return Form(family, width, height, _names(meta, count), channels_last)


def _open(data: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the cores belong to the cameras
    options.log_severity_level = 4
    there = onnxruntime.get_available_providers()
    providers = [provider for provider in _PROVIDERS if provider in there]
    try:
        return onnxruntime.InferenceSession(data, options, providers=providers)
    except _failures() as error:
        raise Refused("cannot_load", f"ONNX Runtime does not take it: {_words(error)}") from error


def _failures() -> tuple[type[Exception], ...]:
    """ONNX Runtime's errors have no root of their own."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return (
        state.EPFail,
        state.EngineError,
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NoModel,
        state.NoSuchFile,
        state.NotImplemented,
        state.RuntimeException,
        RuntimeError,
        ValueError,
    )


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _input_size(session: Any) -> tuple[int, int, bool]:
    """Width, height, and whether the channels come last."""
    inputs = session.get_inputs()
    if len(inputs) != 1 or len(inputs[0].shape) != 4:
        raise Refused("unknown_input", "it does not take one picture")
    batch, *rest = inputs[0].shape
    if inputs[0].type not in _TYPES:
        raise Refused("unknown_input", f"it takes {inputs[0].type}; 32- or 16-bit floating point is wanted")
    if isinstance(batch, int) and batch != 1:
        raise Refused("unknown_input", f"it takes {batch} pictures at a time; export it for one")
    channels_last = rest[0] != 3 and rest[2] == 3
    height, width = rest[:2] if channels_last else rest[1:]
    if (rest[2] if channels_last else rest[0]) != 3 and isinstance(rest[0], int):
        raise Refused("unknown_input", f"it takes {rest[0]} channels; pictures have three")
    meta = session.get_modelmeta().custom_metadata_map
    preferred = _preferred(meta)
    width = width if isinstance(width, int) else preferred[0]
    height = height if isinstance(height, int) else preferred[1]
    if not all(STRIDES[-1] <= side <= _MAX_SIZE and side % STRIDES[-1] == 0 for side in (width, height)):
        raise Refused("unknown_input", f"it takes pictures of {width}×{height}; multiples of 32 up to 2048 are wanted")
    return width, height, channels_last


def _preferred(meta: Mapping[str, str]) -> tuple[int, int]:
    """Width and height that a model with no fixed size was trained with (Ultralytics writes ``[height, width]``)."""
    size = _literal(meta.get("imgsz", ""))
    if isinstance(size, list) and len(size) == 2 and all(isinstance(side, int) for side in size):
        return size[1], size[0]
    return _DEFAULT_SIZE, _DEFAULT_SIZE


def _family(output: Floats, width: int, height: int) -> tuple[Family, int]:
    """By the output for one picture: the family and how many classes there are."""
    count = cells(width, height)
    if output.ndim != 3 or output.shape[0] != 1:
        raise Refused("unknown_outputs", f"its output has the shape {output.shape}")
    _, rows, columns = output.shape
    if columns == count and rows > 4:
        family, classes = Family.YOLOV8, rows - 4
    elif rows == count and columns > 5:
        # In pixels the middles lie all over the picture and no size is negative; undecoded they are small, and are.
        middle, size = output[0, :, :2], output[0, :, 2:4]
        decoded = bool((size > 0).all() and middle[:, 0].max() > width / 2 and middle[:, 1].max() > height / 2)
        family, classes = Family.YOLOX if decoded else Family.YOLOX_GRID, columns - 5
    else:
        hint = "; export it without NMS" if columns == 6 else ""
        raise Refused(
            "unknown_outputs",
            f"its output is {rows}×{columns}: YOLOX gives {count}×(5+classes), YOLOv8/11 (4+classes)×{count}{hint}",
        )
    if classes > _MAX_CLASSES:
        raise Refused("unknown_outputs", f"it has {classes} classes")
    return family, classes


def _check_scores(scores: Floats) -> None:
    if not np.isfinite(scores).all() or scores.min() < -1e-3 or scores.max() > 1.001:
        raise Refused("unknown_outputs", "its scores are not between 0 and 1: it is not one of the families")


def _names(meta: Mapping[str, str], count: int) -> tuple[str, ...]:
    """From the model's metadata; else COCO's, where the count is right."""
    names = _literal(meta.get("names", ""))
    if isinstance(names, dict):
        names = [names.get(index) for index in range(len(names))]
    if isinstance(names, list) and names:
        if len(names) != count or not all(isinstance(name, str) and 0 < len(name) <= 64 for name in names):
            raise Refused("unknown_classes", f"it names {len(names)} classes and gives {count}")
        return tuple(cast("list[str]", names))
    if count == len(COCO):
        return COCO
    digits = int(math.log10(count)) + 1
    return tuple(f"class-{index:0{digits}}" for index in range(count))


def _literal(text: str) -> object:
    """A Python literal, as Ultralytics writes its metadata; None for what is none."""
    if len(text) > 100_000:
        return None
    try:
        return cast(object, ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
