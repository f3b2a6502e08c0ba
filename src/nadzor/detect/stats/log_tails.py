# SPDX-License-Identifier: Apache-2.0
"""Logarithms of tails so small that a double would call them nothing."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, gammainc, gammaincc, gammaln, xlog1py, xlogy

Floats = NDArray[np.float64]

SAFE: Final = 1e-200
"""Above it the plain function is taken, below it the expansion."""
TERMS_MAX: Final = 20_000
EXACT: Final = 1e-16


def log_beta_tail(a: ArrayLike, b: ArrayLike, x: ArrayLike) -> Floats:
    """The log of the chance that a beta variable lies below x, elementwise.

    Method: where it is tiny, x^a (1 - x)^b / (a B(a, b)) times the sum of ((a + b)_n / (a + 1)_n) x^n (DLMF
    8.17.8), whose terms are positive and fall there.
    """
    a, b, x = _same(a, b, x)
    plain, tiny = _split(betainc(a, b, x))
    a, b, x = a[tiny], b[tiny], x[tiny]
    front = xlogy(a, x) + xlog1py(b, -x) - np.log(a) - betaln(a, b)
    plain[tiny] = front + np.log(_series((a + b) * x, (a + 1.0), step=x))
    return plain


def log_gamma_below(a: ArrayLike, x: ArrayLike) -> Floats:
    """The log of the chance that a gamma variable of shape a lies below x, elementwise.

    Method: where it is tiny, x^a e^-x / Gamma(a + 1) times the sum of x^n / (a + 1)_n (DLMF 8.7.1).
    """
    a, x = _same(a, x)
    plain, tiny = _split(gammainc(a, x))
    a, x = a[tiny], x[tiny]
    front = xlogy(a, x) - x - gammaln(a + 1.0)
    plain[tiny] = front + np.log(_series(x, a + 1.0, step=np.zeros_like(x)))
    return plain


def log_gamma_above(a: ArrayLike, x: ArrayLike) -> Floats:
    """The log of the chance that a gamma variable of shape a lies above x, elementwise.

    Method: where it is tiny, x^a e^-x / Gamma(a) over the continued fraction DLMF 8.9.2.
    """
    a, x = _same(a, x)
    plain, tiny = _split(gammaincc(a, x))
    a, x = a[tiny], x[tiny]
    plain[tiny] = xlogy(a, x) - x - gammaln(a) + np.log(_fraction(a, x))
    return plain


def _same(*values: ArrayLike) -> list[Floats]:
    broad = np.broadcast_arrays(*(np.atleast_1d(np.asarray(value, dtype=np.float64)) for value in values))
    return [np.asarray(value, dtype=np.float64) for value in broad]


def _split(chance: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    tiny = chance < SAFE
    return np.log(np.where(tiny, 1.0, chance)), tiny


def _series(top: Floats, bottom: Floats, *, step: Floats) -> Floats:
    """1 + t0/b0 + (t0/b0)(t1/b1) + …, where t grows by `step` and b by one."""
    term, total = np.ones_like(top), np.ones_like(top)
    for n in range(TERMS_MAX):
        term = term * (top + n * step) / (bottom + n)
        total = total + term
        if not (term > EXACT * total).any():
            break
    return total


def _fraction(a: Floats, x: Floats) -> Floats:
    """1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - …)), by Lentz's forward rule."""
    b = x + 1.0 - a
    c, d = np.full_like(b, 1e300), 1.0 / b
    total = d
    for n in range(1, TERMS_MAX):
        part = -n * (n - a)
        b = b + 2.0
        d = 1.0 / (part * d + b)
        c = b + part / c
        total = total * c * d
        if not (np.abs(c * d - 1.0) > EXACT * 10).any():
            break
    return np.asarray(total, dtype=np.float64)
