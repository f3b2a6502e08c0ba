# SPDX-License-Identifier: Apache-2.0
"""Generalised linear models of counts and of yes or no, small ones: a handful of columns."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, xlogy

Floats = NDArray[np.float64]
Family: TypeAlias = Literal["poisson", "binomial"]
_STEPS: Final = 25
_ENOUGH: Final = 1e-8
_ETA_MAX: Final = 700.0


class Fit(NamedTuple):
    """Coefficients with their covariance at dispersion one, fitted means, working weights, leverages.

    `residuals` are those of the last linear step: (y - mu) / (d mu / d eta).
    """

    beta: Floats
    covariance: Floats
    mu: Floats
    weights: Floats
    residuals: Floats
    leverage: Floats

    def dispersion(self) -> float | None:
        """Pearson's chi-squared over its degrees of freedom; none where the model has none left."""
        left = len(self.mu) - len(self.beta)
        return float(self.weights @ self.residuals**2) / left if left > 0 else None


def fitted(x: Floats, y: Floats, family: Family, *, offset: Floats, prior: Floats) -> Fit | None:
    """The model with canonical link, log or logit; none where the steps do not converge.

    Shapes: x is cases by columns, the others one a case; `prior` are weights of the cases.
    Method: Fisher scoring (McCullagh & Nelder 1989, section 2.5), stopped when the deviance moves by
    less than 1e-8 of itself; covariance and weights are those of the last step taken, as in R, so that
    figures can be compared.
    """
    mu = y + 0.1 if family == "poisson" else (y + 0.5) / 2.0
    eta = np.log(mu) if family == "poisson" else np.log(mu / (1.0 - mu))
    told = _deviance(family, y, mu, prior)
    for _ in range(_STEPS):
        slope = _slope(family, mu)
        weights = prior * slope
        inner = x.T @ (x * weights[:, None])
        if np.linalg.matrix_rank(inner) < x.shape[1]:
            return None
        working = eta - offset + (y - mu) / slope
        beta = np.asarray(np.linalg.solve(inner, x.T @ (weights * working)), dtype=np.float64)
        eta = np.clip(x @ beta + offset, -_ETA_MAX, _ETA_MAX)
        mu = _mean(family, eta)
        before, told = told, _deviance(family, y, mu, prior)
        if abs(told - before) < _ENOUGH * (abs(told) + 0.1):
            covariance = np.asarray(np.linalg.inv(inner), dtype=np.float64)
            leverage = weights * np.einsum("ij,jk,ik->i", x, covariance, x)
            return Fit(beta, covariance, mu, weights, (y - mu) / _slope(family, mu), leverage)
    return None


def _mean(family: Family, eta: Floats) -> Floats:
    if family == "poisson":
        return np.asarray(np.maximum(np.exp(eta), 1e-300), dtype=np.float64)
    return np.asarray(np.clip(expit(eta), 1e-15, 1.0 - 1e-15), dtype=np.float64)


def _slope(family: Family, mu: Floats) -> Floats:
    return mu if family == "poisson" else mu * (1.0 - mu)


def _deviance(family: Family, y: Floats, mu: Floats, prior: Floats) -> float:
    if family == "poisson":
        return 2.0 * float(prior @ (xlogy(y, np.where(y > 0, y, 1.0) / mu) - (y - mu)))
    return -2.0 * float(prior @ (xlogy(y, mu) + xlogy(1.0 - y, 1.0 - mu)))
