# SPDX-License-Identifier: Apache-2.0
"""Studies dated back: told weeks later for days that had long been told in full."""

from __future__ import annotations

import numpy as np

from nadzor.detect.fabrication.ledger import Ledger, Trace, excursions, reset_sums
from nadzor.detect.stats.proportion import clopper_pearson
from nadzor.detect.stats.volume import Bools, Floats, Ints

LATE_DAYS = 15
"""Days after which a study of a day that was told in full is dated back rather than late."""
PROMPT_DAYS = 2
WEEKS = 4
FULL = 0.5
"""A day is told in full when it has half of what its weekday had in the four weeks before."""
NATURAL, HABIT = 0.01, 0.1
"""Shares of studies dated back: by nature, generously, and where it is a habit."""
DAYS_MIN = 4
"""A day of receipt weighs a quarter of the limit at most: a workstation that was cut off comes back once."""


def dated_back(ledger: Ledger) -> list[Trace]:
    """Sites that keep sending studies of days which were told in full weeks before.

    Method: CUSUM over days of receipt of the log likelihood ratio of one study in ten against one in a
    hundred, each day's part bounded; a chart passes h on a day by chance exp(-h) at most.
    """
    limit = ledger.limit("dated_back", looks=365.0)
    told, back = _received(ledger)
    score = back * np.log(HABIT / NATURAL) + (told - back) * np.log((1.0 - HABIT) / (1.0 - NATURAL))
    total = reset_sums(np.minimum(score, limit[:, None] / DAYS_MIN))
    cells = zip(*(part.tolist() for part in excursions(total, limit)), strict=True)
    return [_trace(ledger, at, (total, limit), (told, back)) for at in cells]


def _received(ledger: Ledger) -> tuple[Floats, Floats]:
    """Studies by stream and day of receipt: all that came, and those dated back."""
    block = ledger.panel.days.block("studies")
    stream = _places(ledger)[block.device, block.site]
    day, known = (column.astype(np.int64) - ledger.panel.first for column in (block.day, block.known))
    length = ledger.studies.shape[1]
    inside = known < length
    stream, day, known, n = stream[inside], day[inside], known[inside], block.n[inside]
    shape = ledger.studies.shape
    full = _full(_summed(shape, (stream, day), n * (known - day <= PROMPT_DAYS)))
    late = (known - day >= LATE_DAYS) & full[stream, day]
    told, back = (np.maximum(_summed(shape, (stream, known), part), 0.0) for part in (n, n * late))
    return told, np.minimum(told, back)


def _places(ledger: Ledger) -> Ints:
    """The stream of each device at each site, by the codes of their names."""
    names = ledger.panel.days.columns.names
    places = np.zeros((len(names["device"]), len(names["site"])), np.int64)
    device, site = ({name: i for i, name in enumerate(names[key])} for key in ("device", "site"))
    for i, stream in enumerate(ledger.panel.streams):
        places[device[stream.device], site[stream.site]] = i
    return places


def _summed(shape: tuple[int, ...], at: tuple[Ints, Ints], n: Ints) -> Floats:
    cell = at[0] * shape[1] + at[1]
    return np.bincount(cell, n, shape[0] * shape[1]).astype(np.float64).reshape(shape)


def _full(prompt: Floats) -> Bools:
    """Days of which most had been told within two days."""
    usual = np.zeros_like(prompt)
    for back in range(7, 7 * WEEKS + 1, 7):
        usual[:, back:] += prompt[:, : max(prompt.shape[1] - back, 0)] / WEEKS
    return np.asarray((usual >= 1.0) & (prompt >= FULL * usual))


def _trace(
    ledger: Ledger, at: tuple[int, int, int], chart: tuple[Floats, Floats], seen: tuple[Floats, Floats]
) -> Trace:
    stream, start, column = at
    told, back = (float(part[stream, start : column + 1].sum()) for part in seen)
    share = clopper_pearson(back, told)
    return Trace(
        kind="fabrication.dated_back", stream=stream, start=start, column=column,
        evidence=float(chart[0][stream, column]), limit=float(chart[1][stream]),
        effect=("share_dated_back", back / told, share.low, share.high),
        facts={"dated_back": int(back), "received": int(told), "days_late": LATE_DAYS},
    )  # fmt: skip
