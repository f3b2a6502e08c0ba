# SPDX-License-Identifier: Apache-2.0
"""A process that does, reads and seals without end, and one that looks at what a kill left.

`python -m tests.crash.sealer seal DIR` · the same with `some` and with `look`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(deed: str, directory: str) -> None:
    """Set Django up over the directory, and do the deed."""
    from nadzor.actions.create_home import create_home
    from nadzor.site.django import setup

    home = create_home(Path(directory))
    setup(home)
    {"seal": seal_without_end, "some": seal_some, "look": look}[deed](home)


def seal_without_end(home: Any) -> None:
    """Some rows, a seal, some rows, a seal; says so before the first."""
    from nadzor.actions.seal_audit import seal_audit
    from tests.register_samples import NOW

    _say("sealing")
    for turn in range(100_000):
        _rows(turn)
        seal_audit(home, now=NOW)


def seal_some(home: Any) -> None:
    """A few rows in three seals, and a few that wait."""
    from nadzor.actions.seal_audit import seal_audit
    from tests.register_samples import NOW

    for turn in range(4, 7):
        _rows(turn)
        seal_audit(home, now=NOW)
    _rows(2)
    _say("sealed")


def look(home: Any) -> None:
    """What was left, what the next run makes of it, and what checkpoints kept in `kept` beside it say."""
    from nadzor.actions.seal_audit import seal_audit
    from nadzor.actions.verify_audit import verify_audit
    from nadzor.records.models import AuditEntry, ReadEntry
    from tests.register_samples import NOW

    seal_audit(home, now=NOW)
    kept = sorted((home.root.parent / "kept").glob("*"))
    found = verify_audit(home, kept=[one.read_text() for one in kept])
    rows = AuditEntry.objects.count() + ReadEntry.objects.count()
    told = {"faults": [fault.detail for fault in found.faults], "size": found.size, "rows": rows}
    _say(json.dumps(told))


def _rows(turn: int) -> None:
    from django.db import transaction

    from nadzor.records import audit
    from nadzor.records.reads import Reading, record_read
    from tests.register_samples import NOW

    with transaction.atomic():
        audit.record("test.thing.do", f"thing {turn}", by="head", because="b", now=NOW)
    for rows in range(turn % 90):
        record_read(
            Reading(by="a", role="inspector", way="portal", route="device", subject="d", rows=rows), now=NOW
        )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
