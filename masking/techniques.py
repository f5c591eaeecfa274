"""Desensitisation techniques as data: read from a rule document, compiled to DuckDB SQL, equal in plain Python.

>>> expression(KeepEdges(left=1, width=2), "name")[:26]
'CASE WHEN CAST("name" AS V'
>>> apply(KeepEdges(left=1, width=2), "欧阳修")
'欧**'
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum

from masking.families import Family, Misshapen, family_of
from masking.figures import Band, Clamp, Form, GeneraliseDate, Grid, Period
from masking.pseudonym import PADS, Pseudonym, key_for, pads
from masking.quoting import quoted
from masking.texts import KeepEdges, Show, Suppress, Truncate, UpToDistrict

__all__ = [
    "PADS",
    "Band",
    "Clamp",
    "Family",
    "Form",
    "GeneraliseDate",
    "Grid",
    "KeepEdges",
    "Misshapen",
    "Period",
    "Pseudonym",
    "Show",
    "Suppress",
    "Technique",
    "Truncate",
    "UpToDistrict",
    "apply",
    "expression",
    "family_of",
    "fits",
    "functions",
    "key_for",
    "label",
    "name_of",
    "needs_key",
    "pads",
    "parameters_of",
    "technique",
]

Technique = Show | Suppress | KeepEdges | Truncate | UpToDistrict | Band | Clamp | Grid | GeneraliseDate | Pseudonym

NAMES: Mapping[str, type[Technique]] = {
    "show": Show,
    "suppress": Suppress,
    "keep_edges": KeepEdges,
    "truncate": Truncate,
    "up_to_district": UpToDistrict,
    "band": Band,
    "clamp": Clamp,
    "grid": Grid,
    "generalise_date": GeneraliseDate,
    "pseudonym": Pseudonym,
}
"""What a rule document calls the techniques."""

_LABELS = {
    "show": ("原样显示", "shown as it is"),
    "suppress": ("隐去", "suppressed"),
    "keep_edges": ("保留首尾、遮蔽中间", "edges kept, middle filled"),
    "truncate": ("截断", "truncated"),
    "up_to_district": ("保留至区县", "kept down to the district"),
    "band": ("分段", "banded"),
    "clamp": ("顶底编码", "top and bottom coded"),
    "grid": ("网格化取整", "rounded to a grid"),
    "generalise_date": ("日期泛化", "date generalised"),
    "pseudonym": ("带密钥假名", "keyed pseudonym"),
}


def expression(technique: Technique, column: str) -> str:
    """The technique over a column, as SQL text. A pseudonym's reads the pads from the temporary table `PADS`."""
    return technique.sql(quoted(column))


def apply(technique: Technique, value: object, *, key: bytes | None = None) -> object:
    """The technique on one value; a pseudonym needs the key and raises `ValueError` without."""
    return technique.plain(value, key)


def fits(technique: Technique, family: Family) -> bool:
    """Whether the technique may be applied to columns of that family."""
    return family in technique.families


def needs_key(technique: Technique) -> bool:
    """Whether the technique wants the pads laid before its SQL runs."""
    return isinstance(technique, Pseudonym)


_FUNCTIONS: Mapping[type[Technique], frozenset[str]] = {
    KeepEdges: frozenset({"left", "right", "length", "repeat"}),
    Truncate: frozenset({"left"}),
    UpToDistrict: frozenset({"regexp_extract", "nullif", "coalesce"}),
    Grid: frozenset({"floor"}),
    GeneraliseDate: frozenset({"date_trunc"}),
    Pseudonym: frozenset({"encode", "sha256", "unhex", "left"}),
}


def functions(technique: Technique) -> frozenset[str]:
    """The engine's functions that the technique's SQL calls; whoever checks generated SQL expects them."""
    return _FUNCTIONS.get(type(technique), frozenset())


def name_of(technique: Technique) -> str:
    """What a rule document calls it."""
    return next(name for name, kind in NAMES.items() if isinstance(technique, kind))


def label(technique: Technique, language: str) -> str:
    """What it does, for readers, Chinese unless English is asked for."""
    return _LABELS[name_of(technique)][language == "en"]


def parameters_of(technique: Technique) -> dict[str, object]:
    """Its parameters as they would stand in a rule document, those left at their default too."""
    return {field.name: _written(getattr(technique, field.name)) for field in fields(technique)}


def _written(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else list(value) if isinstance(value, tuple) else value


def technique(name: str, parameters: Mapping[str, object]) -> Technique:
    """The technique of that name with those parameters; raises `Misshapen` for one that is not well-formed.

    >>> technique("keep_edges", {"left": 3})
    KeepEdges(left=3, right=0, filler='*', width=None)
    """
    kind = NAMES.get(name)
    if kind is None:
        raise Misshapen(f"没有名为 {name} 的脱敏技术", f"there is no technique called {name}")
    known = {field.name: field for field in fields(kind)}
    strange = sorted(parameters.keys() - known.keys())
    if strange:
        raise Misshapen(f"{name} 没有参数 {'、'.join(strange)}", f"{name} has no parameter {', '.join(strange)}")
    absent = [field.name for field in known.values() if field.default is MISSING and field.name not in parameters]
    if absent:
        raise Misshapen(f"{name} 缺少参数 {'、'.join(absent)}", f"{name} lacks {', '.join(absent)}")
    given = {word: _PARAMETERS[word](f"{name}.{word}", value) for word, value in parameters.items()}
    return kind(**given)  # type: ignore[arg-type]  # each read as its parameter's type


def _whole(place: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misshapen(f"{place} 应为整数", f"{place} must be a whole number")
    return value


def _number(place: str, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misshapen(f"{place} 应为数", f"{place} must be a number")
    return value


def _numbers(place: str, value: object) -> tuple[int | float, ...]:
    if not isinstance(value, list):
        raise Misshapen(f"{place} 应为数的列表", f"{place} must be a list of numbers")
    return tuple(_number(place, item) for item in value)


def _text(place: str, value: object) -> str:
    if not isinstance(value, str):
        raise Misshapen(f"{place} 应为文本", f"{place} must be a text")
    return value


def _one_of(kind: type[Form] | type[Period]) -> Callable[[str, object], StrEnum]:
    def read(place: str, value: object) -> StrEnum:
        try:
            return kind(str(value))
        except ValueError:
            words = ", ".join(kind)
            raise Misshapen(f"{place} 应为 {words} 之一", f"{place} must be one of {words}") from None

    return read


_PARAMETERS: Mapping[str, Callable[[str, object], object]] = {
    "left": _whole,
    "right": _whole,
    "width": _whole,
    "length": _whole,
    "digits": _whole,
    "steps": _whole,
    "low": _number,
    "high": _number,
    "edges": _numbers,
    "filler": _text,
    "text": _text,
    "label": _text,
    "form": _one_of(Form),
    "to": _one_of(Period),
}
"""How the parameters are read: a word means the same in whatever technique it stands."""
