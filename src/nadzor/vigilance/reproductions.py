# SPDX-License-Identifier: Apache-2.0
"""Which published calculation gives a finding's figures again, with its input; run here, so that it is true.

The statistic of a chart is a walk over every day since the baseline: its detector runs again on the data file
of the pack (signal_figures.py).  Here stands what a few figures give, the size: a count against its
expectation, a share, a difference of shares.  Where rounding of the figures told, or an adjustment, keeps the
two apart, that is said.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any, Final

import msgspec

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from nadzor.detect.finding import Finding
from nadzor.vigilance.case_cards import Reproduction

TOLERANCE: Final = 0.01
"""Relative: the counts told are whole numbers and their expectations rounded to three digits."""
RATIOS: Final = frozenset({"rate_ratio", "share_of_expected", "ratio"})
COUNTED: Final = ("cases", "trials", "studies", "decided")
#: The field of each answer that is the figure.
ANSWERS: Final = {"poisson-ci": "smr", "proportion-ci": "estimate", "proportion-difference": "estimate"}


def reproductions(finding: Finding) -> tuple[Reproduction, ...]:
    """The calculations that give figures of this finding, those of its size first; none where none does.

    Method: `nadzor calc` on the figures of the finding; see docs/reference/calc.md for each method.
    """
    found = [_run(name, given, of, said, finding) for name, given, of, said in _asked(finding)]
    told = [each for each in found if each is not None]
    return tuple(sorted(told, key=lambda each: (each.of != "effect", not each.same)))


def command_of(name: str, given: Mapping[str, Any]) -> str:
    """The line that a reader types to have a calculation run on figures."""
    return f"echo {quote(msgspec.json.encode(given).decode())} | nadzor calc {name}"


def is_same(found: float, said: float, *, slack: float = 0.0) -> bool:
    """Whether two figures agree to within the rounding of what was told."""
    return abs(found - said) <= max(TOLERANCE * max(abs(said), abs(found), 1e-12), slack)


def _asked(finding: Finding) -> Iterator[tuple[str, dict[str, Any], str, float]]:
    """Calculation, figures, what of the finding it is, and what the finding says of that."""
    facts, effect = finding.facts, finding.effect
    seen, expected = _figure(facts, "observed", "failed"), _figure(facts, "expected")
    cases = _figure(facts, *COUNTED)
    if seen is None:
        return
    if expected and effect.name in RATIOS and seen == int(seen):
        yield "poisson-ci", {"observed": int(seen), "expected": expected}, "effect", effect.estimate
    if cases and 0.0 <= seen <= 1.0:
        given = {"x": round(seen * cases), "n": round(cases), "level": effect.level}
        whole = is_same(seen, effect.estimate)
        yield "proportion-ci", given, "effect" if whole else "observed", seen
        yield from _against_the_past(finding, round(seen * cases), round(cases))


def _against_the_past(finding: Finding, x: int, n: int) -> Iterator[tuple[str, dict[str, Any], str, float]]:
    """A share less that of the baseline, where that has its cases and what was expected is a share."""
    expected = _figure(finding.facts, "expected")
    past = _figure(finding.facts, "baseline_cases") or finding.baseline.exposure
    if expected is None or not 0.0 <= expected <= 1.0 or past < 1.0:
        return
    given = {"x": [x, round(expected * past)], "n": [n, round(past)], "level": finding.effect.level}
    yield "proportion-difference", given, "effect", finding.effect.estimate


def _run(name: str, given: dict[str, Any], of: str, said: float, finding: Finding) -> Reproduction | None:
    """The calculation run; None when its input does not fit after all, or gives no size of this finding."""
    if name == "proportion-difference" and finding.effect.name not in ("drop", "share_changed_by"):
        return None
    try:
        answer = msgspec.to_builtins(calculate(name, msgspec.json.encode(given)))
    except Refusal:
        return None
    found = float(answer[ANSWERS[name]])
    return Reproduction(
        calculation=name, given=given, figure=ANSWERS[name], found=found, said=said, of=of,
        same=is_same(found, said, slack=_slack(given)), command=command_of(name, given),
    )  # fmt: skip


def _slack(given: Mapping[str, Any]) -> float:
    """Half a case in each group: how far a difference of shares moves when its counts are made whole."""
    return sum(0.5 / n for n in given["n"]) if isinstance(given.get("n"), list) else 0.0


def _figure(facts: Mapping[str, Any], *names: str) -> float | None:
    """The first of these facts that is a number."""
    told = (facts.get(name) for name in names)
    return next((float(v) for v in told if isinstance(v, int | float) and not isinstance(v, bool)), None)
