"""Units as others write them to codes of UCUM (Unified Code for Units of Measure, 2.2), and factors between them.

The tables are those of Home Assistant and Zigbee2MQTT, which share their spelling, and of SenML (RFC 8428, 12.1, and
RFC 8798). What is in no table is kept as an annotation, ``{lqi}``, which UCUM allows for what it does not know.
pint and ucumvert take half a second and 30 MB: they are loaded only where a unit stands in no table or is converted.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

_COMMON = {
    "°C": "Cel", "℃": "Cel", "C": "Cel", "°F": "[degF]", "℉": "[degF]", "F": "[degF]", "K": "K", "%": "%",
    "hPa": "hPa", "mbar": "mbar", "bar": "bar", "cbar": "cbar", "kPa": "kPa", "MPa": "MPa", "Pa": "Pa", "mPa": "mPa",
    "psi": "[psi]", "inHg": "[in_i'Hg]", "mmHg": "mm[Hg]", "inH₂O": "[in_i'H2O]", "lx": "lx", "lm": "lm",
    "mW": "mW", "W": "W", "kW": "kW", "MW": "MW", "GW": "GW", "BTU/h": "[Btu]/h",
    "mWh": "mW.h", "Wh": "W.h", "kWh": "kW.h", "MWh": "MW.h", "GWh": "GW.h", "J": "J", "kJ": "kJ", "MJ": "MJ",
    "GJ": "GJ", "cal": "cal", "kcal": "kcal", "VA": "V.A", "kVA": "kV.A", "var": "V.A{reactive}",
    "kvar": "kV.A{reactive}", "varh": "V.A.h{reactive}", "kvarh": "kV.A.h{reactive}",
    "µV": "uV", "μV": "uV", "mV": "mV", "V": "V", "kV": "kV", "MV": "MV", "mA": "mA", "A": "A", "µA": "uA", "μA": "uA",
    "Ah": "A.h", "mAh": "mA.h", "mHz": "mHz", "Hz": "Hz", "kHz": "kHz", "MHz": "MHz", "GHz": "GHz", "Ω": "Ohm",
    "ohm": "Ohm", "kΩ": "kOhm", "MΩ": "MOhm", "µS/cm": "uS/cm", "μS/cm": "uS/cm", "mS/cm": "mS/cm", "S/cm": "S/cm",
    "ppm": "[ppm]", "ppb": "[ppb]", "p/m³": "/m3", "ppt": "[pptr]",
    "µg/m³": "ug/m3", "μg/m³": "ug/m3", "µg/m3": "ug/m3", "ug/m3": "ug/m3", "mg/m³": "mg/m3", "mg/m3": "mg/m3",
    "g/m³": "g/m3", "µg/ft³": "ug/[cft_i]", "mg/L": "mg/L", "g/L": "g/L", "mg/dL": "mg/dL", "mmol/L": "mmol/L",
    "mm/s": "mm/s", "m/s": "m/s", "m/min": "m/min", "km/h": "km/h", "mph": "[mi_i]/h", "kn": "[kn_i]",
    "ft/s": "[ft_i]/s", "in/s": "[in_i]/s", "Beaufort": "{Beaufort}", "m/s²": "m/s2", "m/s2": "m/s2",
    "µm": "um", "μm": "um", "mm": "mm", "cm": "cm", "dm": "dm", "m": "m", "km": "km", "in": "[in_i]", "ft": "[ft_i]",
    "yd": "[yd_i]", "mi": "[mi_i]", "nmi": "[nmi_i]", "mm/h": "mm/h", "mm/d": "mm/d", "in/h": "[in_i]/h",
    "in/d": "[in_i]/d", "mm²": "mm2", "cm²": "cm2", "m²": "m2", "km²": "km2", "ha": "har", "ac": "[acr_us]",
    "L": "L", "l": "L", "mL": "mL", "m³": "m3", "m3": "m3", "cm³": "cm3", "ft³": "[cft_i]", "CCF": "10*2.[cft_i]",
    "gal": "[gal_us]", "fl. oz.": "[foz_us]", "L/min": "L/min", "L/h": "L/h", "L/s": "L/s", "mL/s": "mL/s",
    "m³/h": "m3/h", "m³/s": "m3/s", "m³/min": "m3/min", "ft³/min": "[cft_i]/min", "gal/min": "[gal_us]/min",
    "µs": "us", "μs": "us", "ms": "ms", "s": "s", "sec": "s", "min": "min", "minutes": "min", "h": "h", "d": "d",
    "w": "wk", "m.": "mo", "y": "a", "µg": "ug", "μg": "ug", "mg": "mg", "g": "g", "kg": "kg", "t": "t",
    "lb": "[lb_av]", "oz": "[oz_av]", "st": "[stone_av]", "N": "N", "dB": "dB", "dBA": "dB{A}", "dBm": "dB{mW}",
    "bit": "bit", "kbit": "kbit", "Mbit": "Mbit", "bit/s": "bit/s", "kbit/s": "kbit/s", "Mbit/s": "Mbit/s",
    "Gbit/s": "Gbit/s", "B": "By", "kB": "kBy", "MB": "MBy", "GB": "GBy", "TB": "TBy", "KiB": "KiBy", "MiB": "MiBy",
    "GiB": "GiBy", "TiB": "TiBy", "B/s": "By/s", "kB/s": "kBy/s", "MB/s": "MBy/s", "GB/s": "GBy/s", "KiB/s": "KiBy/s",
    "MiB/s": "MiBy/s", "°": "deg", "pH": "[pH]", "UV index": "{UV-index}", "W/m²": "W/m2", "rpm": "/min{rotation}",
    "cpm": "/min{count}", "µSv/h": "uSv/h", "μSv/h": "uSv/h", "Bq/m³": "Bq/m3", "pCi/L": "pCi/L", "cd": "cd",
    "mol": "mol", "lqi": "{lqi}", "steps": "{steps}", "bpm": "/min{beat}",
}  # fmt: skip

_SENML = {
    "m": "m", "kg": "kg", "g": "g", "s": "s", "A": "A", "K": "K", "cd": "cd", "mol": "mol", "Hz": "Hz", "rad": "rad",
    "sr": "sr", "N": "N", "Pa": "Pa", "J": "J", "W": "W", "C": "C", "V": "V", "F": "F", "Ohm": "Ohm", "S": "S",
    "Wb": "Wb", "T": "T", "H": "H", "Cel": "Cel", "lm": "lm", "lx": "lx", "Bq": "Bq", "Gy": "Gy", "Sv": "Sv",
    "kat": "kat", "m2": "m2", "m3": "m3", "l": "L", "m/s": "m/s", "m/s2": "m/s2", "m3/s": "m3/s", "l/s": "L/s",
    "W/m2": "W/m2", "cd/m2": "cd/m2", "bit": "bit", "bit/s": "bit/s", "lat": "deg", "lon": "deg", "pH": "[pH]",
    "dB": "dB", "dBW": "dB[W]", "Bspl": "B[SPL]", "count": "{count}", "/": "1", "%": "%", "%RH": "%{RH}",
    "%EL": "%{EL}", "EL": "s{EL}", "1/s": "/s", "1/min": "/min", "beat/min": "/min{beat}", "beats": "{beats}",
    "S/m": "S/m", "B": "By", "VA": "V.A", "VAs": "V.A.s", "var": "V.A{reactive}", "vars": "V.A.s{reactive}",
    "J/m": "J/m", "kg/m3": "kg/m3", "deg": "deg", "NTU": "{NTU}", "ms": "ms", "min": "min", "h": "h", "MHz": "MHz",
    "kW": "kW", "kVA": "kV.A", "kvar": "kV.A{reactive}", "Ah": "A.h", "Wh": "W.h", "kWh": "kW.h",
    "varh": "V.A.h{reactive}", "kvarh": "kV.A.h{reactive}", "kVAh": "kV.A.h", "Wh/km": "W.h/km", "KiB": "KiBy",
    "GB": "GBy", "Mbit/s": "Mbit/s", "B/s": "By/s", "MB/s": "MBy/s", "mV": "mV", "mA": "mA", "dBm": "dB{mW}",
    "ug/m3": "ug/m3", "mm/h": "mm/h", "m/h": "m/h", "ppm": "[ppm]", "/100": "10*-2", "/1000": "10*-3", "hPa": "hPa",
    "mm": "mm", "cm": "cm", "km": "km", "km/h": "km/h", "ppb": "[ppb]", "ppt": "[pptr]", "VAh": "V.A.h", "mg/l": "mg/L",
    "ug/l": "ug/L", "g/l": "g/L", "nl/l": "nL/L", "gravity": "[g]", "hpa": "hPa", "mm/s": "mm/s",
}  # fmt: skip

_MEANT = {"degC": "Cel", "celsius": "Cel", "degF": "[degF]", "fahrenheit": "[degF]", "percent": "%"} | _COMMON
# ucumvert 0.3.2 takes these for other units than the tables of UCUM do: a foot for a cubic foot, a calorie for a
# kilocalorie, inches of mercury and of water of 60 °F.
_SPELLED_OUT = {
    "[cft_i]": "[ft_i]3", "[cyd_i]": "[yd_i]3", "[Cal]": "kcal_th", "g%": "g/dL",
    "[in_i'Hg]": "(m[Hg].[in_i]/m)", "[in_i'H2O]": "(m[H2O].[in_i]/m)",
}  # fmt: skip
_CODES = frozenset(_COMMON.values()) | frozenset(_SENML.values())
_MAX_UNIT = 40
_MAX_SPELLED = 200


def common(spelled: str) -> str:
    """UCUM of a unit as Home Assistant, Zigbee2MQTT, Ignition or a label spells it; "" for none."""
    return _common(spelled[:_MAX_SPELLED])


def senml(spelled: str) -> str:
    """UCUM of a unit of the SenML registry; "" for none."""
    return _senml(spelled[:_MAX_SPELLED])


def check(code: str) -> str:
    """``code`` itself. Raises ValueError where it is not UCUM, with what was perhaps meant."""
    if code in _CODES:
        return code
    known = _MEANT.get(code)
    if known is None and _is_valid(code):
        return code
    raise ValueError(f"{code!r} is not a unit of UCUM{f'; did you mean {known!r}?' if known else ''}")


@lru_cache(1000)
def conversion(sent: str, kept: str) -> tuple[float, float]:
    """(scale, offset): what is ``kept`` = what is ``sent`` × scale + offset. Raises ValueError where none is."""
    import pint  # half a second and 30 MB, only for who converts
    from lark.exceptions import LarkError

    if sent == kept:
        return 1.0, 0.0
    registry = _registry()
    try:
        one, other = (registry.from_ucum(_spelled_out(code)) for code in (sent, kept))
        # A code may stand for a number of a unit, as 10*2.m does.
        at_0, halfway, at_100 = (
            registry.Quantity(value * one.magnitude, one.units).to(other.units).magnitude / other.magnitude
            for value in (0.0, 50.0, 100.0)
        )
    except pint.DimensionalityError as error:
        raise ValueError(f"{sent!r} cannot be converted to {kept!r}: they measure different things") from error
    except (pint.PintError, LarkError, ValueError, AttributeError) as error:
        raise ValueError(f"{sent!r} cannot be converted to {kept!r}") from error
    if abs(2 * halfway - at_0 - at_100) > 1e-9 * max(1.0, abs(at_100)):
        raise ValueError(f"{sent!r} cannot be converted to {kept!r}: one of the two is a logarithm")
    # Fifteen digits leave out the noise of the arithmetic.
    return float(f"{(at_100 - at_0) / 100.0:.15g}"), float(f"{at_0:.13g}")


@lru_cache(10_000)
def _common(spelled: str) -> str:
    spelled = spelled.strip()
    return _COMMON.get(spelled) or _annotation(spelled)


@lru_cache(10_000)
def _senml(spelled: str) -> str:
    return _SENML.get(spelled) or _annotation(spelled)


def _annotation(spelled: str) -> str:
    """UCUM, chapter 12: braces hold printable ASCII without braces."""
    kept = "".join(letter for letter in spelled if 33 <= ord(letter) <= 126 and letter not in "{}")[:_MAX_UNIT]
    return f"{{{kept}}}" if kept else ""


def _spelled_out(code: str) -> str:
    for atom, expression in _SPELLED_OUT.items():
        code = code.replace(atom, expression)
    return code


def _is_valid(code: str) -> bool:
    from lark.exceptions import LarkError

    if not code or len(code) > _MAX_UNIT or not code.isascii():
        return False
    try:
        _parser().parse(code)
    except (LarkError, ValueError):
        return False
    return True


@cache
def _parser() -> Any:
    from ucumvert import get_ucum_parser

    return get_ucum_parser()


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()
