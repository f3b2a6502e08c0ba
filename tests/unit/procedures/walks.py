# SPDX-License-Identifier: Apache-2.0
"""Matters walked by a table: one line a move, its day and its role; asked of the guards on the way."""

from __future__ import annotations

from datetime import date

from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import Step, allowed_on, runs, state_after
from nadzor.procedures.run import Run


def walked(name: str, lines: str) -> list[Step]:
    """The steps of a walk such as `2026-11-23 submit manufacturer_admin`, each allowed on its day."""
    steps: list[Step] = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        day, verb, by = line.split()
        step(name, steps, verb, by=by, on=date.fromisoformat(day))
    return steps


def step(name: str, steps: list[Step], verb: str, *, by: str, on: date) -> None:
    """One more step, if the table and the clocks allow it."""
    table = PROCEDURES[name]
    move = allowed_on(table, steps, verb, by=by, because="because", today=on)
    steps.append(Step(verb, state_after(table, steps), move.to, on, by))  # type: ignore[arg-type]


def clock(name: str, steps: list[Step], key: str, *, today: str) -> Run:
    """The latest run of a clock."""
    found = runs(PROCEDURES[name], steps, today=date.fromisoformat(today))
    return [run for run in found if run.key == key][-1]
