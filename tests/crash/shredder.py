# SPDX-License-Identifier: Apache-2.0
"""A process that destroys a month and dies at a step, and one that goes on and looks at what was left.

`python -m tests.crash.shredder make DIR -` · `die DIR STEP` · `go DIR -`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

#: Before each of these the process may die; the last one is the end of the order.
STEPS: Final = ("sweep_charts", "keep_until", "BodyKeys.shred", "load_anew", "rename", "roll_up", "_end")


def main(deed: str, directory: str, step: str) -> None:
    """Set Django up over the directory, and do the deed."""
    from nadzor.actions.create_home import create_home
    from nadzor.site.django import setup

    home = create_home(Path(directory))
    setup(home)
    if deed == "die":
        _die_at(step)
    {"make": _make, "die": _carry_out, "go": _go_on}[deed](home)


def _make(home: Any) -> None:
    """A month of 24 events that two people want destroyed; says how many studies it had."""
    from contextlib import closing

    from nadzor.actions.order_shredding import Wanted, decide_shredding, order_shredding
    from nadzor.actions.replay_reads import replay_reads
    from nadzor.actions.roll_up_day import roll_up_day
    from nadzor.base import clock
    from nadzor.journal.opening import open_reader
    from nadzor.people.queries import Person
    from nadzor.people.roles import Role
    from nadzor.simulate.read_directory import read_directory
    from nadzor.telemetry.store import Rollups
    from tests.unit.actions.gate import gate, write_small_reads

    reads = read_directory(write_small_reads(home.root.parent / "reads"))
    with gate(home) as address:
        replay_reads(home, reads, gateway=address, now=clock.now())
    roll_up_day(home, now=clock.now())
    with closing(open_reader(home)) as reader:
        record = reader.batch(0)
    later = clock.now() + timedelta(days=70)
    wanted = Wanted(installation=record.installation, month=record.month, because="over")
    id = order_shredding(home, wanted, by=Person("registrar", "r", Role.REGISTRAR), now=later)
    decide_shredding(home, id, approve=True, because="read", by=Person("head", "h", Role.HEAD), now=later)
    sys.stdout.write(json.dumps({"studies": Rollups.open(home).total("studies")}) + "\n")


def _carry_out(home: Any) -> None:
    from nadzor.actions.shred_bodies import shred_bodies
    from nadzor.base import clock
    from nadzor.people.queries import CONSOLE
    from nadzor.records.models import ShredOrder

    shred_bodies(home, ShredOrder.objects.get().pk, by=CONSOLE, now=clock.now() + timedelta(days=70))


def _die_at(step: str) -> None:
    """Put SIGKILL in the place of a step; of `roll_up` the second one, after the rows are gone."""
    from nadzor.actions import shred_bodies
    from nadzor.telemetry import forgetting

    def die(*_args: Any, **_more: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if step == "BodyKeys.shred":
        shred_bodies.BodyKeys.shred = die  # type: ignore[method-assign]
    elif step == "rename":
        forgetting.sync_directory = die
    elif step == "roll_up":
        load_anew = shred_bodies.load_anew

        def then_die(*args: Any) -> None:
            load_anew(*args)
            die()

        shred_bodies.load_anew = then_die
    else:
        setattr(shred_bodies, step, die)


def _go_on(home: Any) -> None:
    """The job, after a refresh came in between; then everything is looked at."""
    from nadzor.actions.rebuild_lake import rebuild_lake
    from nadzor.actions.roll_up_day import roll_up_day
    from nadzor.actions.shred_bodies import finish_shredding
    from nadzor.base import clock
    from nadzor.records import audit
    from nadzor.records.models import ShredOrder
    from nadzor.telemetry.lake import opened
    from nadzor.telemetry.store import Rollups

    roll_up_day(home, now=clock.now())
    finish_shredding(home, now=clock.now() + timedelta(days=70))
    with opened(home.lake) as (store, _):
        rows = len(store.execute("SELECT event FROM event").fetchall())
    report, rollups = rebuild_lake(home), Rollups.open(home)
    told = {
        "rows": rows, "equal": report.equal, "ranges": len(report.ranges), "chain": len(audit.verify()),
        "studies": rollups.total("studies"), "events": sum(rollups.events_by_kind().values()),
        "done": ShredOrder.objects.get().done_at is not None,
        "left": [path.name for path in home.root.glob(".lake-*")],
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
