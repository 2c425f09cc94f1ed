"""Units of measure: whether a code is one of UCUM (Unified Code for Units of Measure), and which was meant."""

from __future__ import annotations

from hub.document import nearest

_OFTEN = {
    "°c": "Cel", "c": "Cel", "celsius": "Cel", "degc": "Cel", "℃": "Cel", "°f": "[degF]", "f": "[degF]",
    "ppm": "[ppm]", "ppb": "[ppb]", "percent": "%", "µg/m³": "ug/m3", "µg/m3": "ug/m3", "ug/m³": "ug/m3",
    "m³": "m3", "m³/h": "m3/h", "m²": "m2", "°": "deg", "degree": "deg", "sec": "s", "minute": "min", "hour": "h",
    "volt": "V", "watt": "W", "ampere": "A", "meter": "m", "lux": "lx", "psi": "[psi]",
}  # fmt: skip
"""How people write what UCUM writes otherwise."""


def why_not(code: str) -> str:
    """What is wrong with a code, and what was meant; "" where it is one."""
    # It takes a quarter of a second to load, which only those pay who check a configuration.
    from lark.exceptions import LarkError
    from ucumvert import get_ucum_parser

    try:
        get_ucum_parser().parse(code)
    except LarkError:
        meant = _OFTEN.get(code.lower())
        words = f"; did you mean {meant!r}?" if meant else nearest(code, ["Cel", "kPa", "ug/m3", "[ppm]", "mm", "lx"])
        return f"{code!r} is not a unit of UCUM{words}"
    return ""
