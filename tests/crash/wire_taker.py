# SPDX-License-Identifier: Apache-2.0
"""A process that takes in events from the journal until it is killed, and one that looks at what was left.

`python -m tests.crash.wire_taker lay|take|look DIR`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

BATCHES = 60
EACH = 5


def main(deed: str, directory: str) -> None:
    """Set Django up over the directory, and do the deed."""
    from nadzor.actions.create_home import create_home
    from nadzor.site.django import setup

    home = create_home(Path(directory))
    setup(home)
    {"lay": lay, "take": take, "look": look}[deed](home)


def lay(home) -> None:
    """A register and a journal with batches of adverse events."""
    from tests import event_samples, wire_events

    event_samples.furnish(home)
    wire_events.lay(
        home, *[[wire_events.sent(turn * EACH + n) for n in range(EACH)] for turn in range(BATCHES)]
    )


def take(home) -> None:
    """Take everything in; says so before it begins."""
    from nadzor.actions.take_wire_events import take_wire_events
    from tests.register_samples import NOW

    sys.stdout.write("taking\n")
    sys.stdout.flush()
    take_wire_events(home, now=NOW)


def look(home) -> None:
    """Everything an event brings, counted from every side."""
    from nadzor.records import audit
    from nadzor.vigilance.models import AdverseEvent, EventDocument, WireMark

    sources = Counter(AdverseEvent.objects.values_list("source_id", flat=True))
    mark = WireMark.objects.first()
    told = {
        "events": sum(sources.values()),
        "twice": sum(times > 1 for times in sources.values()),
        "mark": mark.index if mark else 0,
        "documents": EventDocument.objects.count(),
        "filed": sum(1 for deed in audit.walk() if deed.verb == "vigilance.event.file"),
        "chain": len(audit.verify()),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
