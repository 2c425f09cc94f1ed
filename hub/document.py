"""A YAML (or JSON) document that remembers where each value stands, and its check against a model.

Every mistake in a file a person wrote is answered with file, line, column and key, all of them at once, and with the
nearest right word where a key or a choice was misspelt. Only plain data is read (YAML's safe schema), and a key that
appears twice is a mistake, not a silent overwrite.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from hub.errors import ConfigError, Problem

Loc = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)
_MAX_BYTES = 64 * 1024 * 1024
_MAX_ALIASED = 100_000
_MAX_DEPTH = 100
_SAFE_DEPTH = 1000
"""So deep the library's own recursion goes without harm; much deeper, it ends the process."""
_MAX_NUMBER = 100
"""Characters. YAML has numbers to the base of sixty, in which a few thousand are more than any number can hold."""
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_INDENT = re.compile(r"(?:^|[\n\r\x85\u2028\u2029])([ \t?:-]*)")
_OF_YAML = {
    "tab character": ": it is indented by spaces",
    "cannot start any token": ": put a text that begins so into quotes",
    "mapping values are not allowed": ": keys stand below each other, and a text that holds ': ' in quotes",
    "did not find expected": ": a text that holds { } [ ] or a comma stands in quotes; or a bracket is left open",
}
"""What an author is most likely to have done, by the words of the library."""
_KINDS = {
    "float_type": "must be a number, without quotes and without a unit",
    "int_type": "must be a whole number, without quotes and without a unit",
    "string_type": "must be text: put it into quotes",
    "bool_type": "must be true or false",
    "list_type": "must be a list, as [a, b]",
    "tuple_type": "must be a list, as [a, b]",
    "dict_type": "must be a mapping, as {key: value}",
    "model_type": "must be a mapping, as {key: value}",
    "model_attributes_type": "must be a mapping, as {key: value}",
}
"""By the types of pydantic's errors."""


@dataclass(frozen=True, slots=True)
class Document:
    """``value`` is plain data; ``positions`` maps the way to each value to (line, column), counted from 1."""

    file: str
    value: Any
    positions: Mapping[Loc, tuple[int, int]]

    def locate(self, loc: Sequence[str | int]) -> tuple[int, int]:
        """Where the value at ``loc`` stands, or the nearest thing around it that is in the file."""
        way = tuple(loc)
        while way and way not in self.positions:
            way = way[:-1]
        return self.positions.get(way, (0, 0))

    def problem(self, loc: Sequence[str | int], message: str) -> Problem:
        line, column = self.locate(loc)
        return Problem(self.file, line, column, dotted(loc), message)


def dotted(loc: Sequence[str | int]) -> str:
    """``("cameras", 3, "url")`` as ``cameras[3].url``."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def load(path: Path) -> Document:
    """Read a file. Raises ConfigError where it cannot be read or is not YAML."""
    return parse(read(path), str(path))


def read(path: Path) -> str:
    """The text of a file. Raises ConfigError."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ConfigError([Problem(str(path), 0, 0, "", f"is larger than {_MAX_BYTES // 2**20} MiB")])
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), 0, 0, "", f"is not UTF-8 text (byte {error.start})")]) from error
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror or error}")]) from error


def parse(text: str, file: str) -> Document:
    """Parse the text of a file. Raises ConfigError."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:  # half of a pair, as JSON can hold it
            raise ConfigError([Problem(file, 0, 0, "", f"is not text (character {error.start})")]) from error
    _check_depth(text, file)
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return Document(file, None, {})
        positions: dict[Loc, tuple[int, int]] = {}
        problems: list[Problem] = []
        # A value takes a character at least; what is more than that comes of aliases.
        _place(node, (), file, positions, problems, set(), len(text) + _MAX_ALIASED)
        if problems:
            raise ConfigError(problems)
        value = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        said = str(error.problem or error.context or "cannot be parsed")
        hint = next((hint for words, hint in _OF_YAML.items() if words in said), "")
        message = f"is not YAML: {said}{hint}"
        raise ConfigError([Problem(file, line, column, "", message)]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError([Problem(file, 0, 0, "", f"is not YAML: {error}")]) from error
    finally:
        loader.dispose()
    return Document(file, value, positions)


def _check_depth(text: str, file: str) -> None:
    """Raises ConfigError where values are nested so deep that to build them would exhaust the stack."""
    # Each level takes a bracket, or, in a block, begins further right than every second one around it. What cannot be
    # too deep by this count, and nearly no file can, is not read twice.
    furthest = max(len(found) for found in _INDENT.findall(text))
    if text.count("[") + text.count("{") + 2 * furthest <= _SAFE_DEPTH:
        return
    depth = 0
    loader = yaml.CSafeLoader(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _MAX_DEPTH:
                    raise ConfigError([_too_deep(file, event.start_mark)])
    except (yaml.YAMLError, ValueError):
        return  # what is wrong is told by whoever builds the values
    finally:
        loader.dispose()


def _too_deep(file: str, mark: Any) -> Problem:
    return Problem(file, mark.line + 1, mark.column + 1, "", f"is nested deeper than {_MAX_DEPTH} levels")


def validate(document: Document, model: type[Model], habits: Mapping[str, str] | None = None) -> Model:
    """The document as a ``model``. Raises ConfigError with every problem at its place. ``habits``: what words of other
    systems are called here, for keys and choices that are not known."""
    if document.value is None:
        raise ConfigError([document.problem((), f"is empty: must be a mapping of keys to values{_first_key(model)}")])
    if not isinstance(document.value, dict):
        raise ConfigError([document.problem((), f"must be a mapping of keys to values{_first_key(model)}")])
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError([_explain(document, detail, model, habits or {}) for detail in error.errors()]) from error


def _first_key(model: type[BaseModel]) -> str:
    needed = [info.alias or name for name, info in model.model_fields.items() if info.is_required()]
    return f", beginning with '{needed[0]}:'" if needed else ""


def nearest(word: str, words: Sequence[str]) -> str:
    """``"; did you mean 'x'?"``, or nothing where no word is near."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f"; did you mean {found[0]!r}?" if found else ""


def _place(
    node: yaml.Node,
    loc: Loc,
    file: str,
    positions: dict[Loc, tuple[int, int]],
    problems: list[Problem],
    above: set[int],
    most: int,
) -> None:
    here = (node.start_mark.line + 1, node.start_mark.column + 1)
    if id(node) in above:
        problems.append(Problem(file, *here, dotted(loc), "refers to itself"))
        return
    if len(above) >= _MAX_DEPTH and not isinstance(node, yaml.ScalarNode):
        raise ConfigError([_too_deep(file, node.start_mark)])
    if len(positions) > most:  # aliases of aliases can blow a small file up
        raise ConfigError([Problem(file, *here, dotted(loc), "the aliases of the file stand for too many values")])
    positions.setdefault(loc, here)
    above = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        seen: dict[Hashable, int] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            if not isinstance(key_node, yaml.ScalarNode):
                problems.append(Problem(file, mark.line + 1, mark.column + 1, dotted(loc), "has a key that is no word"))
                continue
            key = str(key_node.value)
            if key in seen:
                # Not looked into: what is told of a place is told once, and doubled aliases would double the work.
                message = f"appears twice; first in line {seen[key]}"
                problems.append(Problem(file, mark.line + 1, mark.column + 1, dotted((*loc, key)), message))
                continue
            seen[key] = mark.line + 1
            positions[(*loc, key)] = (mark.line + 1, mark.column + 1)
            _place(value_node, (*loc, key), file, positions, problems, above, most)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _place(item, (*loc, index), file, positions, problems, above, most)
    elif node.tag in _NUMBERS and len(node.value) > _MAX_NUMBER:
        problems.append(Problem(file, *here, dotted(loc), f"is a number of more than {_MAX_NUMBER} characters"))


def _explain(document: Document, detail: Any, model: type[BaseModel], habits: Mapping[str, str]) -> Problem:
    loc = cast(Loc, tuple(part for part in detail["loc"] if _in_document(document, detail["loc"], part)))
    kind, message = detail["type"], detail["msg"]
    if kind == "extra_forbidden":
        loc = loc if loc[-1:] == detail["loc"][-1:] else (*loc, detail["loc"][-1])
        known = _known_keys(model, loc[:-1])
        below = _levels_below(model, loc)
        message = f"is not a known key{below or _meant(str(loc[-1]), known, habits)}"
    elif kind == "missing":
        message = f"{detail['loc'][-1]!r} is missing"
        loc = loc[:-1] if loc and loc[-1] == detail["loc"][-1] else loc
    elif kind in {"enum", "literal_error"}:
        expected = str(detail.get("ctx", {}).get("expected", ""))
        words = [word for word in expected.replace(" or ", ", ").replace("'", "").split(", ") if word]
        message = f"must be one of {', '.join(words)}{_meant(str(detail['input']), words, habits)}"
    elif kind == "value_error":
        message = str(detail["ctx"]["error"])
    elif kind == "string_pattern_mismatch" and detail["ctx"]["pattern"].startswith("^[a-z"):
        message = _not_a_word(detail["ctx"]["pattern"], detail["input"])
    elif kind in {"too_short", "too_long"}:
        found = detail["ctx"]
        bound = f"at least {found['min_length']}" if kind == "too_short" else f"at most {found['max_length']}"
        message = f"must have {bound} of them (found {found['actual_length']})"
    elif kind in _KINDS:
        message = f"{_KINDS[kind]} (found {_short(detail['input'])})"
    else:
        message = f"{message[0].lower()}{message[1:]} (found {_short(detail['input'])})"
        message = message.replace("input should be", "must be")
    return document.problem(loc, message)


def _meant(word: str, known: Sequence[str], habits: Mapping[str, str]) -> str:
    habit = habits.get(word.lower())
    return nearest(word, known) if habit is None or word in known else f"; {habit}"


def _not_a_word(pattern: str, found: str) -> str:
    """``pattern`` is that of a lower-case word; which marks it may have stands in its second half."""
    inside = pattern.rpartition("[")[2].replace("a-z0-9", "")
    allowed = ["a to z", "digits", *(mark for mark in "._-" if mark in inside)]
    meant = re.sub(r"[\s._-]+", "_" if "_" in allowed else "-", found.strip().lower())
    hint = f"; did you mean {meant!r}?" if re.fullmatch(pattern, meant) else ""
    return f"{_short(found)} must be a lower-case word ({', '.join(allowed)}){hint}"


def _in_document(document: Document, loc: Sequence[str | int], part: str | int) -> bool:
    """Union tags that pydantic puts into a location are not keys of the file."""
    prefix = tuple(loc[: list(loc).index(part) + 1])
    return prefix in document.positions or not any(isinstance(part, str) and mark in part for mark in ("[", "(", "-"))


def _known_keys(model: type[BaseModel], loc: Loc) -> list[str]:
    current: Any = model
    is_name = False  # of an entry, where a key holds a mapping of names to models
    for part in loc:
        if is_name or isinstance(part, int) or not _is_model(current):
            is_name = False
            continue
        info = current.model_fields.get(part) or next(
            (known for known in current.model_fields.values() if known.alias == part), None
        )
        current = _model_in(info.annotation) if info else None
        is_name = info is not None and get_origin(info.annotation) is dict
    if not _is_model(current):
        return []
    return [info.alias or name for name, info in current.model_fields.items()]


def _levels_below(model: type[BaseModel], loc: Loc) -> str:
    """A hint where the key is one of a mapping that stands beside it, as ``detect`` belongs under ``analyse``."""
    for name in _known_keys(model, loc[:-1]):
        if loc[-1] in _known_keys(model, (*loc[:-1], name)):
            return f" here; did you mean {f'{name}.{loc[-1]}'!r}?"
    return ""


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _model_in(annotation: Any) -> Any:
    if _is_model(annotation):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
