# SPDX-License-Identifier: Apache-2.0
"""A process that moves filings without end until it is killed, and one that looks at what was left.

`python -m tests.crash.mover move DIR` · `python -m tests.crash.mover look DIR`.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

ROUND = ("submit", "find_complete", "start", "send_task", "conclude_positive", "register")


def main(deed: str, directory: str) -> None:
    """Set Django up over the directory, and do the deed."""
    from nadzor.actions.create_home import create_home
    from nadzor.site.django import setup

    setup(create_home(Path(directory)))
    {"move": move_without_end, "look": look}[deed]()


def move_without_end() -> None:
    """One registration after the other, each move at once after the last; says so after each."""
    from nadzor.register.models import Device
    from tests import filing_samples as samples
    from tests.register_samples import NOW

    if not Device.objects.exists():
        samples.town()
    for turn in range(10_000):
        name = {"ru": f"Изделие {turn} {id(turn)}", "en": f"Product {turn} {id(turn)}"}
        number = samples.draft(form={**samples.FORM, "name": name}, at=NOW)
        for minute, verb in enumerate(ROUND):
            samples.move(number, verb, at=NOW + timedelta(minutes=minute))
        sys.stdout.write("moving\n")
        sys.stdout.flush()


def look() -> None:
    """Everything a move brings, counted from every side."""
    from nadzor.records import audit
    from nadzor.register.models import Filing, Revision

    rows = list(Filing.objects.prefetch_related("steps", "letters", "submissions").order_by("id"))
    told: dict[str, Any] = {
        "filings": len(rows),
        "steps": sum(row.steps.count() for row in rows),
        "broken": [row.number for row in rows if not _whole(row)],
        "chain": len(audit.verify()),
        "deeds": sum(1 for deed in audit.walk() if deed.verb.startswith("register.filing.")),
        "registered": sum(row.state == "registered" for row in rows),
        "entered": Revision.objects.filter(cause="registration").count(),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _whole(row: Any) -> bool:
    """State, steps, submission, letters and device of one filing tell the same story."""
    verbs = [step.verb for step in row.steps.all()]
    letters = [letter.kind for letter in row.letters.all()]
    wanted = {"submit": "accepted", "start": "started", "send_task": "task", "register": "registered"}
    return (
        verbs == list(ROUND[: len(verbs)])
        and row.state == (list(row.steps.all())[-1].to if verbs else "draft")
        and letters == [wanted[verb] for verb in verbs if verb in wanted]
        and len(row.submissions.all()) == bool(verbs)
        and (row.device_id is not None) == (row.state == "registered")
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
