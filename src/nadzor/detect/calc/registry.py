# SPDX-License-Identifier: Apache-2.0
"""The statistics of all families by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any, Final, get_type_hints

import msgspec
import numpy as np

from nadzor.base.problems import Refusal
from nadzor.detect.calc.figures import Figures, Statistic

_NO_FAMILY: Final = ("__init__.py", "figures.py", "registry.py", "reference.py")
_NO_FIGURES: Final = (msgspec.DecodeError, ValueError, ArithmeticError, RecursionError, MemoryError)

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "areas": ("auc", "auc-compare"),
    "branches": ("tree-scan",),
    "calibration": ("calibration",),
    "cbpe": ("cbpe",),
    "changepoint": ("changepoint",),
    "confidence": ("confseq",),
    "digits": ("digits",),
    "disproportion": ("disproportion", "ebgm", "lrt"),
    "drift": ("drift",),
    "e_values": ("e-detector", "e-process", "ebh", "online-fdr"),
    "event_rates": ("rate-comparison",),
    "funnel": ("funnel",),
    "linkage": ("link",),
    "multiplicity": ("adjust",),
    "power": ("silence-gap", "smallest-detectable-drop", "smallest-detectable-rise"),
    "run_lengths": ("cusum-arl", "cusum-threshold", "ewma-arl", "poisson-cusum-arl"),
    "sequential": ("maxsprt-binomial", "maxsprt-poisson"),
    "shares": ("poisson-ci", "proportion-ci", "proportion-difference"),
    "signals": ("signal",),
    "surveillance": ("ears", "farrington"),
}
"""Which module holds which statistics, so that one question does not load the answers to all."""


@cache
def statistics() -> dict[str, Statistic]:
    """What `nadzor calc` can compute, by name; every module of this package but the named is a family."""
    pages = sorted(page.name for page in files(__package__).iterdir() if page.name.endswith(".py"))
    told = [_of_family(page[:-3]) for page in pages if page not in _NO_FAMILY]
    return dict(sorted(pair for some in told for pair in some.items()))


def calculate(name: str, raw: bytes) -> Any:
    """The statistic of this name on figures written as JSON.

    Raises: Refusal `calc.unknown` for a name nobody knows, `calc.malformed` for figures that do not fit it.
    """
    statistic = _named(name)
    if not raw.strip():
        raise Refusal("calc.malformed", at=name, reason="nothing was given, not even {}")
    try:
        with np.errstate(divide="raise", invalid="raise", over="raise"):
            return statistic.compute(_figures(statistic, raw))
    except _NO_FIGURES as error:
        raise Refusal("calc.malformed", at=name, reason=str(error) or type(error).__name__) from error


def input_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a statistic's figures.

    Raises: Refusal `calc.unknown` for a name nobody knows.
    """
    return msgspec.json.schema(_named(name).figures)


def answer_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a statistic's answer.

    Raises: Refusal `calc.unknown` for a name nobody knows.
    """
    return msgspec.json.schema(get_type_hints(_named(name).compute)["return"])


def _figures(statistic: Statistic, raw: bytes) -> Figures:
    if not statistic.also:
        return msgspec.json.decode(raw, type=statistic.figures)
    told = msgspec.json.decode(raw)
    if isinstance(told, dict):
        told = _renamed(told, statistic.also)
    return msgspec.convert(told, statistic.figures, str_keys=True)


def _renamed(told: dict[str, Any], also: Mapping[str, str]) -> dict[str, Any]:
    """The figures under their first names; a figure given under two names stays unknown under the second."""
    return {
        (also[field] if field in also and also[field] not in told else field): value
        for field, value in told.items()
    }


def _named(name: str) -> Statistic:
    family = next((family for family, names in FAMILIES.items() if name in names), None)
    known = _of_family(family) if family else statistics()
    if name not in known:
        raise Refusal("calc.unknown", at=name, known=", ".join(known))
    return known[name]


def _of_family(family: str) -> dict[str, Statistic]:
    return {one.name: one for one in getattr(import_module(f"{__package__}.{family}"), "STATISTICS", ())}
