# SPDX-License-Identifier: Apache-2.0
"""Confidence sequences: bounds and intervals that hold at all times together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final, Literal

from msgspec import UNSET, Struct, UnsetType, field, structs

from nadzor.detect.calc.figures import Figures, Level, NonNegative, Positive, Statistic, Whole
from nadzor.detect.stats import confidence_sequences as mixtures
from nadzor.detect.stats import confidence_sequences_stitched as stitched
from nadzor.detect.stats.confidence_sequences import LogMixture, Tuning

Given = Mapping[str, Any]
Name = Literal[
    "normal_mixture_bound", "gamma_exponential_mixture_bound", "gamma_poisson_mixture_bound",
    "beta_binomial_mixture_bound", "normal_log_mixture", "gamma_exponential_log_mixture",
    "gamma_poisson_log_mixture", "beta_binomial_log_mixture", "best_rho", "poly_stitching_bound",
    "double_stitching_bound", "empirical_process_lil_bound", "bernoulli_confidence_interval",
    "quantile_ab_p_value",
]  # fmt: skip


class Asked(Figures, frozen=True, kw_only=True):
    """A function by name, and the fields that it reads; others may not be given.

    s is a sum in log mixtures and an exponent in stitched bounds; v is intrinsic time, t a number of values.
    """

    fn: Name
    alpha: Level | UnsetType = UNSET
    alpha_opt: Level | UnsetType = UNSET
    v: NonNegative | UnsetType = UNSET
    v_opt: Positive | UnsetType = UNSET
    v_min: Positive | UnsetType = UNSET
    one_sided: bool | UnsetType = UNSET
    s: float | UnsetType = UNSET
    c: float | UnsetType = UNSET
    g: Positive | UnsetType = UNSET
    h: Positive | UnsetType = UNSET
    eta: Positive | UnsetType = UNSET
    t: NonNegative | UnsetType = UNSET
    t_opt: Positive | UnsetType = UNSET
    t_min: Positive | UnsetType = UNSET
    factor: Positive | UnsetType = field(name="A", default=UNSET)
    quantile_p: Level | UnsetType = UNSET
    delta: Positive | UnsetType = UNSET
    successes: NonNegative | UnsetType = UNSET
    trials: Whole | UnsetType = UNSET
    a_values: list[float] | UnsetType = UNSET
    b_values: list[float] | UnsetType = UNSET


class Confidence(Struct, frozen=True, kw_only=True):
    """Whichever of these the function gives; a bound of null is infinite, lo and hi repeat the limits."""

    bound: float | UnsetType | None = UNSET
    lower: float | UnsetType = UNSET
    upper: float | UnsetType = UNSET
    lo: float | UnsetType = UNSET
    hi: float | UnsetType = UNSET
    log_mixture: float | UnsetType = UNSET
    e_value: float | UnsetType = UNSET
    rho: float | UnsetType = UNSET
    p_value: float | UnsetType = UNSET


class Function(Struct, frozen=True):
    """What a function needs, what it may be told, and how it answers."""

    needs: tuple[str, ...]
    may: tuple[str, ...]
    answer: Callable[[Given], Confidence]


def _confidence(asked: Asked) -> Confidence:
    function = FUNCTIONS[asked.fn]
    fields = structs.asdict(asked)
    given = {name: value for name, value in fields.items() if value is not UNSET and name != "fn"}
    if missing := [name for name in function.needs if name not in given]:
        raise ValueError(f"{asked.fn} needs {', '.join(missing)}")
    if others := [name for name in given if name not in function.needs + function.may]:
        raise ValueError(f"{asked.fn} does not read {', '.join(others)}")
    return function.answer(given)


def _tuning(given: Given) -> Tuning:
    return Tuning(
        v_opt=given["v_opt"] if "v_opt" in given else given["t_opt"], alpha_opt=given.get("alpha_opt", 0.05),
        one_sided=given.get("one_sided", True),
    )  # fmt: skip


def _stitching(given: Given) -> stitched.Stitching:
    return stitched.Stitching(s=given.get("s", 1.4), eta=given.get("eta", 2.0))


def _normal(given: Given) -> LogMixture:
    return mixtures.normal_mixture(_tuning(given))


def _gamma_exponential(given: Given) -> LogMixture:
    return mixtures.gamma_exponential_mixture(_tuning(given), given["c"])


def _gamma_poisson(given: Given) -> LogMixture:
    return mixtures.gamma_poisson_mixture(_tuning(given), given["c"])


def _beta_binomial(given: Given) -> LogMixture:
    return mixtures.beta_binomial_mixture(_tuning(given), given["g"], given["h"])


def _mixed(family: Callable[[Given], LogMixture], *fields: str, may: tuple[str, ...]) -> list[Function]:
    """The bound and the log mixture of one family."""

    def bound(given: Given) -> Confidence:
        """Where the mixture reaches 1 / alpha."""
        reach = given["v"] / given["g"] if "g" in given else None
        return Confidence(
            bound=mixtures.mixture_bound(family(given), given["v"], given["alpha"], reach=reach)
        )

    def at(given: Given) -> Confidence:
        """The mixture itself, and the evidence that it is."""
        log_mixture = family(given)(given["s"], given["v"])
        return Confidence(log_mixture=log_mixture, e_value=mixtures.evidence_of(log_mixture))

    shared = ("v", "v_opt", *fields)
    return [Function((*shared, "alpha"), may, bound), Function((*shared, "s"), may, at)]


def _rho(given: Given) -> Confidence:
    return Confidence(rho=mixtures.best_rho(_tuning(given)))


def _poly(given: Given) -> Confidence:
    bound = stitched.poly_stitching_bound(
        given["v"], given["alpha"], v_min=given["v_min"], c=given.get("c", 0.0), stitching=_stitching(given)
    )
    return Confidence(bound=bound)


def _double(given: Given) -> Confidence:
    bound = stitched.double_stitching_bound(
        given["t"], given["alpha"], quantile=given["quantile_p"], t_opt=given["t_opt"],
        delta=given.get("delta", 0.5), stitching=_stitching(given),
    )  # fmt: skip
    return Confidence(bound=bound)


def _lil(given: Given) -> Confidence:
    bound = stitched.empirical_process_lil_bound(
        given["t"], given["alpha"], t_min=given["t_min"], a=given.get("factor", 0.85)
    )
    return Confidence(bound=bound if isfinite(bound) else None)


def _bernoulli(given: Given) -> Confidence:
    low, high = mixtures.bernoulli_interval(
        given["successes"], given["trials"], given["alpha"], _tuning(given)
    )
    return Confidence(lower=low, upper=high, lo=low, hi=high)


def _quantiles(given: Given) -> Confidence:
    p = stitched.quantile_ab_p_value(
        given["a_values"], given["b_values"], quantile=given["quantile_p"], tuning=_tuning(given)
    )
    return Confidence(p_value=p)


BOTH: Final = ("alpha_opt", "one_sided")
NORMAL: Final = _mixed(_normal, may=BOTH)
EXPONENTIAL: Final = _mixed(_gamma_exponential, "c", may=("alpha_opt",))
POISSON: Final = _mixed(_gamma_poisson, "c", may=("alpha_opt",))
BINOMIAL: Final = _mixed(_beta_binomial, "g", "h", may=BOTH)
FUNCTIONS: Final[Mapping[str, Function]] = {
    "normal_mixture_bound": NORMAL[0],
    "normal_log_mixture": NORMAL[1],
    "gamma_exponential_mixture_bound": EXPONENTIAL[0],
    "gamma_exponential_log_mixture": EXPONENTIAL[1],
    "gamma_poisson_mixture_bound": POISSON[0],
    "gamma_poisson_log_mixture": POISSON[1],
    "beta_binomial_mixture_bound": BINOMIAL[0],
    "beta_binomial_log_mixture": BINOMIAL[1],
    "best_rho": Function(("v_opt",), BOTH, _rho),
    "poly_stitching_bound": Function(("v", "alpha", "v_min"), ("c", "s", "eta"), _poly),
    "double_stitching_bound": Function(("t", "alpha", "quantile_p", "t_opt"), ("delta", "s", "eta"), _double),
    "empirical_process_lil_bound": Function(("t", "alpha", "t_min"), ("factor",), _lil),
    "bernoulli_confidence_interval": Function(
        ("successes", "trials", "alpha", "t_opt"), ("alpha_opt",), _bernoulli
    ),
    "quantile_ab_p_value": Function(
        ("a_values", "b_values", "quantile_p", "t_opt"), ("alpha_opt",), _quantiles
    ),
}

STATISTICS = (
    Statistic(
        name="confseq", what="Bounds, intervals and evidence that hold at all times together",
        method="Howard, Ramdas, McAuliffe & Sekhon 2021 (Ann. Stat. 49:1055): mixtures Propositions 5-10, "
        "stitching Theorem 1; quantiles Howard & Ramdas 2022 (Bernoulli 28:1704), Theorems 2 and 4",
        equation="P(M(S, V) >= 1 / alpha at any time) <= alpha; the bound at v solves M(s, v) = 1 / alpha",
        figures=Asked, compute=_confidence,
        also={"is_one_sided": "one_sided", "num_successes": "successes", "num_trials": "trials"},
        example={"fn": "normal_mixture_bound", "v": 100, "alpha": 0.05, "v_opt": 100, "one_sided": False},
    ),
)  # fmt: skip
