# SPDX-License-Identifier: Apache-2.0
"""Attack a public table as it would stand beside all that is published: a kept one, or a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from nadzor.actions.release_facts import release_facts
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.disclosure.attack import EVERY, Report, Secret, attack, spoken_of
from nadzor.disclosure.rules import rules_on
from nadzor.disclosure.scope import months_of, quarter_months
from nadzor.disclosure.tables import PublicTable, read
from nadzor.records.releases import kept_table, public_table, published, release, releases

PERCENT: Final = 100
THOROUGH: Final = 200  # linear programs a quantity, the most exposed targets first
TABLE_MAX: Final = 16 * 1024 * 1024  # the largest file that is read as a table


def check_release(home: Home, series: str, period: str, *, now: datetime) -> Report:
    """Attack the release of a period, published or only built, beside all that is published.

    Raises: Refusal release.unknown, release.damaged, rollup.missing.
    """
    return check_table(home, kept_table(home, release(series, period).sha256), now=now)


def check_releases(home: Home, *, now: datetime) -> dict[str, Report]:
    """Attack everything, by series and period: what is only built beside all that is published.

    Why once a quarter: all its published tables stand in one system of equations, whichever was the last.
    Raises: Refusal release.damaged, rollup.missing.
    """
    made: dict[tuple[str, ...], Report] = {}
    found: dict[str, Report] = {}
    for card in releases():
        quarter = quarter_months(months_of(card.series, card.period))
        if card.published_at is None:
            report = check_release(home, card.series, card.period, now=now)
        else:
            report = made.get(quarter) or check_release(home, card.series, card.period, now=now)
            made[quarter] = report
        found[f"{card.series} {card.period}"] = report
    return found


def check_file(home: Home, file: Path, *, now: datetime) -> Report:
    """Attack a table in a file, whoever wrote it, against this house's truth and releases.

    Raises: Refusal release.file for what is no table; release.series-unknown, release.period.
    """
    if not file.is_file() or file.stat().st_size > TABLE_MAX:
        raise Refusal("release.file")
    try:
        table = read(file.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal("release.file") from error
    return check_table(home, table, now=now)


def check_table(
    home: Home, table: PublicTable, *, now: datetime, programs: int = THOROUGH, all_of_it: bool = True
) -> Report:
    """Attack one table together with every published one that shares an unknown with it.

    `programs`: the most linear programs for each quantity, beside all differences.  `all_of_it`: also of
    quantities that this table does not speak of, and on which nothing new can be learnt from it.

    Why not with all: tables that share no month hold no common unknown, so no equation joins them.
    """
    every = [public_table(home, card.series, card.period) for card in published()]
    others = [one for one in every if (one.series, one.period) != (table.series, table.period)]
    near = against(others, table.series, table.period)
    months = quarter_months(months_of(table.series, table.period))
    facts = release_facts(home, months, earlier=every, known_by=table.known_by)
    secret = Secret(counted=facts.counted, groups=facts.groups, makers=facts.makers, running=facts.running)
    rules = rules_on(moscow_date(now))
    quantities = EVERY if all_of_it else spoken_of(table)
    interval = rules.interval / PERCENT
    return attack([*near, table], secret, interval=interval, programs=programs, quantities=quantities)


def beside(series: str, period: str) -> list[str]:
    """The digests of the published tables that a period is attacked with: what a check rests on."""
    months = set(quarter_months(months_of(series, period)))
    found = [
        card.sha256 for card in published() if not months.isdisjoint(months_of(card.series, card.period))
    ]
    return sorted(found)


def against(every: Sequence[PublicTable], series: str, period: str) -> list[PublicTable]:
    """The published tables that share a month, or its quarter, with a series' period."""
    months = set(quarter_months(months_of(series, period)))
    return [one for one in every if not months.isdisjoint(months_of(one.series, one.period))]
