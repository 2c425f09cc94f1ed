"""What the texts of a rule may hold."""

from __future__ import annotations

import pytest

from hub.errors import ConfigError
from rules import language

_RULE = """rules:
  - name: smoke
    severity: major
    summary: "x"
    when: {metric: smoke, above: 0.3}
"""


@pytest.mark.parametrize("key", ["summary", "procedure"])
def test_a_character_that_no_database_holds_is_refused(key: str) -> None:
    text = _RULE.replace('    summary: "x"\n', "") if key == "summary" else _RULE
    with pytest.raises(ConfigError) as caught:
        language.parse(text + f'    {key}: "a\\0b"\n', "x.yaml")
    assert str(caught.value.problems[0]).endswith(f"{key}: holds a character that cannot be shown (U+0000)")


def test_lines_and_letters_of_any_script_are_fine() -> None:
    found = language.parse(_RULE + '    procedure: "一\\n\\t٣ 👩\u200d🚒"\n', "x.yaml")
    assert found[0].procedure == "一\n\t٣ 👩\u200d🚒"
