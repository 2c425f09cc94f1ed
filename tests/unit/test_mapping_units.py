"""Units: the tables are UCUM, what is in none is an annotation, and conversions are those of the book."""

from __future__ import annotations

import pytest

from ingest.mqtt.mapping import units


def test_every_code_of_the_tables_is_ucum() -> None:
    assert [code for code in sorted(units._CODES) if not units._is_valid(code)] == []


@pytest.mark.parametrize(
    ("sent", "kept", "value", "expected"),
    [
        ("[degF]", "Cel", 212.0, 100.0), ("[degF]", "Cel", -40.0, -40.0), ("Cel", "K", 0.0, 273.15),
        ("kPa", "hPa", 101.325, 1013.25), ("[mi_i]/h", "m/s", 100.0, 44.704), ("kW.h", "J", 1.0, 3.6e6),
        ("[in_i'Hg]", "hPa", 29.92, 1013.2099), ("Cel", "Cel", 7.0, 7.0), ("%", "1", 50.0, 0.5),
        ("L/min", "m3/h", 1.0, 0.06), ("[cft_i]", "m3", 1.0, 0.028316847), ("ug/[cft_i]", "ug/m3", 1.0, 35.3146667),
        ("[in_i'H2O]", "Pa", 1.0, 249.08891), ("10*2.[cft_i]", "m3", 1.0, 2.8316847), ("[Cal]", "J", 1.0, 4184.0),
        ("[cft_i]/min", "m3/h", 1.0, 1.69901082), ("[psi]", "kPa", 1.0, 6.894757), ("[gal_us]", "L", 1.0, 3.785411784),
    ],
)  # fmt: skip
def test_a_value_is_converted(sent: str, kept: str, value: float, expected: float) -> None:
    scale, offset = units.conversion(sent, kept)
    assert value * scale + offset == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("sent", "kept"), [("Cel", "m"), ("B[W]", "W"), ("[pH]", "1"), ("{lqi}", "m")])
def test_what_measures_something_else_is_not_converted(sent: str, kept: str) -> None:
    with pytest.raises(ValueError, match="cannot be converted"):
        units.conversion(sent, kept)


@pytest.mark.parametrize(
    ("spelled", "code"),
    [("°C", "Cel"), (" % ", "%"), ("µg/m³", "ug/m3"), ("μg/m³", "ug/m3"), ("km/h", "km/h"), ("lqi", "{lqi}"),
     ("dBm", "dB{mW}"), ("widgets", "{widgets}"), ("个", ""), ("{}", ""), ("a b", "{ab}"), ("", "")],
)  # fmt: skip
def test_units_as_people_spell_them(spelled: str, code: str) -> None:
    assert units.common(spelled) == code
    assert not code or units._is_valid(code)


@pytest.mark.parametrize(
    ("spelled", "code"), [("Cel", "Cel"), ("%RH", "%{RH}"), ("1/min", "/min"), ("count", "{count}"), ("/", "1")]
)
def test_units_of_senml(spelled: str, code: str) -> None:
    assert units.senml(spelled) == code


def test_a_unit_that_is_none_is_told_with_what_was_meant() -> None:
    for code in ("Cel", "m/s2", "[ppm]", "mm[Hg]", "10*3/uL", "{anything}"):
        assert units.check(code) == code
    for wrong, meant in (("°C", "Cel"), ("degC", "Cel"), ("mph", "[mi_i]/h"), ("celsius", "Cel")):
        with pytest.raises(ValueError, match=meant.replace("[", r"\[")):
            units.check(wrong)
    for wrong in ("", "bogus", "m m", "摄氏度", "m" * 50):
        with pytest.raises(ValueError, match="not a unit"):
            units.check(wrong)
