# SPDX-License-Identifier: Apache-2.0
"""A reporting process; each id that it says is a call that returned. Run as a script by the test.

`python -m tests.faults.spool_writer CREDENTIAL SPOOL REPORTS`: every fifth report is an adverse event.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

from nadzor_sdk import Client
from tests.wire_samples import EVENT

ADVERSE = {
    "event_date": date(2026, 11, 1),
    "aware_date": date(2026, 11, 2),
    "event_type": "malfunction",
    "problem_codes": ("A0401",),
    "version": "1.0",
}


def main(credential, spool, reports):
    """Report and say the ids: after `a` of adverse events that are synced, after `s` of all else."""
    failures = []
    options = {"seal_events": 4, "flush_every_s": 0.05, "heartbeat_every_s": None}
    with Client(credential, spool=spool, **options) as client:
        client._counters.fail = failures.append
        for number in range(reports):
            before = len(failures)
            said = client.study(**EVENT) if number % 5 else client.adverse_event(**ADVERSE)
            synced = not number % 5 and not any(code.startswith("disk") for code in failures[before:])
            os.writev(1, [b"a" if synced else b"s", said.encode(), b"\n"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
