# SPDX-License-Identifier: Apache-2.0
"""How long a Markov chain takes to leave, to full relative precision however long that is."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

Floats = NDArray[np.float64]

EXACT_MAX: Final = 900
"""States up to which the elimination without subtractions is quick."""
PLAIN_MAX: Final = 1e9
"""Runs up to which the plain solution keeps six digits."""


def mean_exit_times(chain: Floats, leaves: Floats) -> Floats:
    """Mean number of steps until the chain leaves, from each state; infinite where it never does.

    `chain` holds the chances of moving between states (its diagonal is not read: it is what remains), and
    `leaves` the chance of leaving from each.

    Method: Grassmann, Taksar & Heyman 1985 for the absorbing chain: every pivot is a sum of chances of going
    on, so nothing is subtracted and a run of 1e100 is as precise as one of ten.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        steps = _eliminated(chain.copy(), leaves.copy())
    return steps if np.isfinite(steps).all() else np.full(len(chain), np.inf)


def mean_exit_times_sparse(chain: csc_array, leaves: Floats) -> Floats:
    """The same of a chain with few moves from each state, as charts of counts on a lattice have.

    Method: sparse elimination; chains that stay very long are eliminated without subtractions instead.
    Raises: ValueError where neither keeps six digits in reasonable time.
    """
    steps = _solved(chain)
    if steps.min() >= 1.0 - 1e-6 and steps.max() < PLAIN_MAX:
        return steps
    if len(leaves) > EXACT_MAX:
        raise ValueError(
            f"a run of more than {PLAIN_MAX:g} on so fine a lattice cannot be computed precisely"
        )
    return mean_exit_times(chain.toarray(), leaves)


def _solved(chain: csc_array) -> Floats:
    """Mean numbers of steps; zeros where the chain is too close to one that never leaves."""
    ones = np.ones(chain.shape[0])
    try:
        return np.asarray(splu(csc_array(eye_array(len(ones)) - chain)).solve(ones), dtype=np.float64)
    except RuntimeError:  # exactly singular
        return 0.0 * ones


def _eliminated(moves: Floats, out: Floats) -> Floats:
    size = len(moves)
    steps, pivots = np.ones(size), np.zeros(size)
    np.fill_diagonal(moves, 0.0)
    for k in range(size):
        pivots[k] = out[k] + moves[k, k + 1 :].sum()
        if not pivots[k] > 0.0:
            return np.full(size, np.inf)
        share = moves[k + 1 :, k] / pivots[k]
        moves[k + 1 :, k + 1 :] += share[:, None] * moves[k, k + 1 :]
        np.fill_diagonal(moves[k + 1 :, k + 1 :], 0.0)
        out[k + 1 :] += share * out[k]
        steps[k + 1 :] += share * steps[k]
    for k in reversed(range(size)):
        steps[k] = (steps[k] + moves[k, k + 1 :] @ steps[k + 1 :]) / pivots[k]
    return steps
