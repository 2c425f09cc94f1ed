"""Documents as a hostile author writes them: each is answered with what is wrong, soon, and the process lives."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hub import document
from hub.errors import ConfigError

_TWICE = "".join(f"x{n}: &x{n} {{a: *x{n - 1}, a: *x{n - 1}}}\n" for n in range(1, 40))
_KEYS = "".join(f"? &x{n} [*x{n - 1}, *x{n - 1}]\n: 1\n" for n in range(1, 40))
_ALIASES = "".join(f"x{n}: &x{n} [*x{n - 1}, *x{n - 1}]\n" for n in range(1, 40))


def _wrong(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        document.parse(text, "x.yaml")
    return str(caught.value.problems[0])


@pytest.mark.parametrize(
    "text",
    ["'a: ' + '[' * 300_000", "'a: ' + '{b: ' * 300_000", "'- ' * 100_000 + 'x'", "'? ' * 50_000 + 'x'"],
)
def test_what_is_nested_deeper_than_the_stack_does_not_end_the_process(text: str) -> None:
    program = (
        "from hub import document\nfrom hub.errors import ConfigError\n"
        f"try: document.parse({text}, 'x.yaml')\nexcept ConfigError as error: print(error.problems[0])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.returncode
    assert ended.stdout.startswith("x.yaml:1:")
    assert "is nested deeper than 100 levels" in ended.stdout


def test_the_place_of_what_is_nested_too_deep_is_named() -> None:
    assert _wrong("a: " + "[" * 300 + "]" * 300) == "x.yaml:1:103: is nested deeper than 100 levels"
    assert document.parse("a: " + "[" * 99 + "1" + "]" * 99, "x.yaml").value["a"][0]


def test_many_brackets_are_no_depth() -> None:
    assert document.parse(f"a: [{', '.join(['[1]'] * 2000)}]", "x.yaml").value["a"][1999] == [1]
    assert document.parse(f"a: '{'[' * 2000}'", "x.yaml").value == {"a": "[" * 2000}


def test_a_key_that_stands_twice_is_not_looked_into_again() -> None:
    assert _wrong("x0: &x0 {a: 1}\n" + _TWICE) == "x.yaml:2:18: x1.a: appears twice; first in line 2"


def test_a_key_that_is_no_word_is_a_mistake() -> None:
    assert _wrong("? &x0 [a]\n: 1\n" + _KEYS) == "x.yaml:1:3: has a key that is no word"
    assert _wrong("a: {? [1] : 2}") == "x.yaml:1:7: a: has a key that is no word"


def test_aliases_of_aliases_end() -> None:
    assert "the aliases of the file stand for too many values" in _wrong("x0: &x0 [a, b]\n" + _ALIASES)


def test_half_of_a_pair_is_no_text() -> None:
    assert _wrong("a: b\ud800") == "x.yaml: is not text (character 4)"
