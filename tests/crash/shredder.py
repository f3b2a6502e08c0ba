# SPDX-License-Identifier: Apache-2.0
"""A month that is destroyed by processes that die at a step, and looked at by others that go on.

`python -m tests.crash.shredder DIR` prints a line of JSON for what was made, and one for each step.  Django
and all rooms are imported once; each deed is done in a fork of its own, over a copy that lies in one place,
and a fork that dies is killed by SIGKILL like any process.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

#: Before each of these the process may die; the last one is the end of the order.
STEPS: Final = ("sweep_charts", "keep_until", "BodyKeys.shred", "load_anew", "rename", "roll_up", "_end")


def main(directory: str) -> None:
    """Make the house once; then a copy of it dies and goes on, step by step."""
    from nadzor.actions.create_home import create_home
    from nadzor.site.django import setup

    place, kept = Path(directory) / "data", Path(directory) / "made"
    home = create_home(place)
    setup(home)
    _import_all()
    status, made = _forked(place.parent, partial(_make, home))
    _told({"step": "make", "status": status, "left": made})
    place.rename(kept)
    for step in STEPS:
        shutil.copytree(kept, place)
        died, _ = _forked(place.parent, partial(_die, home, step))
        _, left = _forked(place.parent, partial(_go_on, home))
        _told({"step": step, "status": died, "left": left})
        shutil.rmtree(place)


def _import_all() -> None:
    """Everything the deeds use, so that forks find it imported; no file and no database is opened here."""
    from django.db import connections

    from nadzor.actions import order_shredding, rebuild_lake, replay_reads, shred_bodies
    from nadzor.telemetry import forgetting
    from tests.unit.actions import gate

    assert all((order_shredding, rebuild_lake, replay_reads, shred_bodies, forgetting, gate))
    connections.close_all()


def _forked(beside: Path, deed: Callable[[], Any]) -> tuple[int, Any]:
    """Do a deed in a process of its own: how it ended, as `waitstatus_to_exitcode` says, and what it told."""
    answer = beside / "answer.json"
    answer.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            answer.write_text(json.dumps(deed()))
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended), json.loads(answer.read_text()) if answer.exists() else None


def _told(line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _die(home: Any, step: str) -> None:
    """The order carried out, until a step."""
    _die_at(step)
    _carry_out(home)


def _make(home: Any) -> Any:
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
    return {"studies": Rollups.open(home).total("studies")}


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


def _go_on(home: Any) -> Any:
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
    return {
        "rows": rows, "equal": report.equal, "ranges": len(report.ranges), "chain": len(audit.verify()),
        "studies": rollups.total("studies"), "events": sum(rollups.events_by_kind().values()),
        "done": ShredOrder.objects.get().done_at is not None,
        "left": [path.name for path in home.root.glob(".lake-*")],
    }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
