"""``where``: a filter over what a source said, in CEL (Common Expression Language, github.com/google/cel-spec). Pure.

    where: attrs.class == 'person' && value > 0.5

The language is Google's, run by its C++ implementation (``cel-expr-python``). Why that one, and how it is bounded:
``docs/design/filters.md``. A filter that cannot be evaluated, as where an attribute is missing, does not pass, and
that is counted by cause.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from cel_expr_python import cel

from hub.document import nearest
from hub.model.observation import Stored

KNOWN = ("value", "text", "attrs", "source", "type", "area", "metric")
"""What a filter may speak of. ``value`` is a double or null, ``text`` a string or null, ``attrs`` a map."""
MAX_LENGTH = 500
_SCOPE = "it"
"""Names are declared in a scope of their own: ``type`` is also a function of CEL, and the scope's name goes first."""
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_WALK = re.compile(r"\b(?:all|exists|exists_one|map|filter)\s*\(")
_WHERE = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
_NOTHING: dict[str, Any] = {}  # the library takes no other mapping; nobody writes to it
_WRITTEN = {
    "error at: '= '": "; equal is written ==",
    "input 'and'": "; and is written &&",
    "input 'or'": "; or is written ||",
    "input 'AND'": "; and is written &&",
    "input 'OR'": "; or is written ||",
}
"""By the words of the library, how CEL writes what was meant."""
_CAUSES = (
    ("Key not found", "missing"),
    ("Index error", "missing"),
    ("No matching overload", "wrong_type"),
    ("divide by zero", "arithmetic"),
    ("modulus by zero", "arithmetic"),
    ("overflow", "arithmetic"),
    ("budget exceeded", "too_long"),
)


def _environment() -> Any:
    kinds = {"value": cel.Type.DYN, "text": cel.Type.DYN, "attrs": cel.Type.Map(cel.Type.STRING, cel.Type.DYN)}
    return cel.NewEnv(
        container=_SCOPE, variables={f"{_SCOPE}.{name}": kinds.get(name, cel.Type.STRING) for name in KNOWN}
    )


_ENVIRONMENT = _environment()


class Filter:
    """Made by ``parse``. ``failed`` counts what could not be evaluated, by cause: missing (an attribute that is not
    there), wrong_type, not_a_truth (the outcome is neither true nor false), arithmetic, too_long, other."""

    __slots__ = ("_expression", "_used", "failed", "text")

    def __init__(self, text: str, expression: Any) -> None:
        self.text = text
        self.failed: Counter[str] = Counter()
        self._expression = expression
        words = set(re.findall(r"\w+", text))
        self._used = [(f"{_SCOPE}.{name}", name) for name in KNOWN if name in words]

    @classmethod
    def parse(cls, text: str) -> Filter:
        """Raises ValueError, for a person: what is wrong, at which column of the text, and what is known."""
        if len(text) > MAX_LENGTH:
            raise ValueError(f"is longer than {MAX_LENGTH} characters: split it over conditions under all or any")
        if len(_WALK.findall(_STRING.sub("''", text))) > 1:
            raise ValueError("walks through more than one list (all, exists, filter, …): one is allowed")
        try:
            expression = _ENVIRONMENT.compile(text)
        except RuntimeError as error:
            raise ValueError(_in_words(str(error))) from error
        if expression.return_type().name() not in {"BOOL", "DYN"}:
            raise ValueError(f"is {_article(expression.return_type().name())}, neither true nor false")
        found = cls(text, expression)
        found._try()
        return found

    def passes(self, stored: Stored) -> bool:
        """Whether an observation passes. Never raises: what cannot be evaluated does not pass, and is counted."""
        values = {
            name: (stored.attrs or _NOTHING) if plain == "attrs" else getattr(stored, plain)
            for name, plain in self._used
        }
        outcome = self._evaluate(values)
        if isinstance(outcome, bool):
            return outcome
        self.failed[outcome] += 1
        return False

    def _evaluate(self, values: Mapping[str, Any]) -> bool | str:
        """The outcome, or why there is none."""
        try:
            result = self._expression.eval(data=values)
        except RuntimeError as error:
            return _cause(str(error))
        if result.type() == cel.Type.ERROR:
            return _cause(str(result.value()))
        outcome = result.value()
        return outcome if isinstance(outcome, bool) else "not_a_truth"

    def _try(self) -> None:
        """Find what the checker of types cannot, as it does not know what an observation holds.

        Raises ValueError where no number and no text is right.
        """
        samples: dict[str, Any] = {name: "a" for name, _ in self._used}
        for value, text in ((1.5, "a"), (None, "a"), (1.5, None)):
            samples |= {f"{_SCOPE}.value": value, f"{_SCOPE}.text": text, f"{_SCOPE}.attrs": {}}
            message = self._message({name: samples[name] for name, _ in self._used})
            if "invalid regular expression" in message:
                raise ValueError(f"has a pattern that is none of RE2: {message.partition('expression: ')[2]}")
            if "o matching overload" not in message:
                return
        raise ValueError(
            "joins what does not go together: value is a double (in sums write 1.0, not 1), text a string; "
            f"the library says {message.partition(': ')[2]}"
        )

    def _message(self, values: Mapping[str, Any]) -> str:
        try:
            result = self._expression.eval(data=values)
        except RuntimeError as error:
            return str(error)
        return str(result.value()) if result.type() == cel.Type.ERROR else ""


def _cause(message: str) -> str:
    return next((cause for mark, cause in _CAUSES if mark in message), "other")


def _in_words(message: str) -> str:
    """The first thing the compiler found, with the line only where there are several."""
    found = _WHERE.search(message)
    if found is None:
        return "is nested too deeply" if "recursion" in message else f"is not CEL: {message.partition(': ')[2]}"
    line, column, said = int(found[1]), int(found[2]), found[3]
    where = f"column {column}" if line == 1 else f"line {line}, column {column}"
    undeclared = _UNDECLARED.search(said)
    if undeclared is None:
        said = said.removeprefix("Syntax error: ").partition(" expecting ")[0]
        hint = next((hint for mark, hint in _WRITTEN.items() if mark in said), "")
        return f"is not CEL, {where}: {said.replace(chr(39) + '<EOF>' + chr(39), 'its end')}{hint}"
    name = undeclared[1].partition(".")[0]
    return f"{where}: {name!r} is not known; known are {', '.join(KNOWN)}{nearest(name, KNOWN)}"


def _article(kind: str) -> str:
    name = kind.lower()
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
