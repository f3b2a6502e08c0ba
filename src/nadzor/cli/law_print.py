# SPDX-License-Identifier: Apache-2.0
"""Norms, deadlines and lapses as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from nadzor.cli.output import out, print_facts, print_table
from nadzor.law.answer import DeadlineAnswer, NormAnswer
from nadzor.law.lapse import Lapse
from nadzor.law.norm import Value
from nadzor.law.steps import Step
from nadzor.law.wording import worth

STATUSES = {
    "seed": "verified by the founding text",
    "read": "read in the act",
    "reported": "reported by others",
    "unverified": "NOT VERIFIED: decides nothing by itself",
    "house": "our own rule, not law",
}


def print_steps(steps: Sequence[Step], due: date | str | None) -> None:
    """The arithmetic, a line a step, and where it ends."""
    rows = [{"day": step.day, "step": step.text.en, "citation": step.cite} for step in steps]
    print_table(rows, title="Arithmetic")
    out.print(f"Due: {due}" if due else "Due: no date follows")


def print_deadline(found: DeadlineAnswer) -> None:
    """A deadline: its norm, then its arithmetic."""
    facts = {
        "norm": f"{found.norm} {found.fact}".strip(),
        "start": found.start,
        "limit": worth(found.limit, found.unit).en,
        "citation": found.cite,
        "known": STATUSES[found.status],
        "conflicts": ", ".join(found.conflicts) or None,
        "note": found.note.en if found.note else None,
        "warn on": found.warn,
    }
    print_facts({name: fact for name, fact in facts.items() if fact is not None}, title=found.what.en)
    print_steps(found.steps, found.due)


def print_norm(found: NormAnswer) -> None:
    """A norm: what it asks, every edition, what is disputed or unread."""
    facts = {
        "norm": f"{found.key} {found.fact}".strip(),
        "act": found.act,
        "actor": found.term.actor.en if found.term else None,
        "starts": found.term.starts.en if found.term else None,
        "if missed": found.term.missed.en if found.term else None,
        "not read": found.hole.en if found.hole else None,
        "successor": found.successor.en if found.successor else None,
        "in force": None if found.in_force else f"nothing on {found.on}",
        "checked": f"{found.checked.day}, {found.checked.by}; next {found.checked.next}",
    }
    print_facts({name: fact for name, fact in facts.items() if fact is not None}, title=found.what.en)
    print_table([_edition(found, each) for each in found.editions], title="Editions")
    for note in found.conflicts:
        out.print(f"{note.key} {note.topic.en}: seed {note.seed.en}; outside {note.outside.en}")


def print_lapses(found: Sequence[Lapse], first: date, last: date) -> None:
    """What lapses, soonest first."""
    rows = [
        {
            "act": lapse.act,
            "lapses": lapse.until,
            "days left": lapse.days_left,
            "state": lapse.state,
            "successor": lapse.successor.en if lapse.successor else "unknown",
            "norms": len(lapse.norms),
        }
        for lapse in found
    ]
    print_table(rows, title=f"Lapses from {first} to {last}")


def _edition(found: NormAnswer, value: Value) -> dict[str, object]:
    mark = " *" if value == found.in_force else ""
    return {
        "in force": f"{value.start} – {value.until or 'open'}{mark}",
        "value": worth(value.value, found.unit).en,
        "citation": value.cite,
        "known": STATUSES[value.status],
    }
