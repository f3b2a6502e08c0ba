# SPDX-License-Identifier: Apache-2.0
"""The operator's page: does it run, is anything stuck, how much room is left; no data of anybody."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.actions.ask_gateway import gateway_numbers
from nadzor.actions.report_operation import Disk, Operation, report_operation
from nadzor.base import clock
from nadzor.base.task_runs import TaskRun
from nadzor.portal.desks import asker
from nadzor.portal.frame import house
from nadzor.portal.sheets import Cell, Count, Fact, Line, Table, columns, line
from nadzor.portal.words import NOTHING, WIDE, moment, number, share

LAG_S: Final = 60.0  # the refresh runs every two seconds; a minute of a lag is a fault
STALE_S: Final = 60.0  # after which the gateway refuses the directory
UNSEALED_S = 120.0  # the task seals every ten seconds
CHECKPOINT_S: Final = 3600.0
FULL: Final = 0.1  # of a disk left
PARTS: Final = ("django", "duckdb", "pyarrow", "cryptography", "starlette")


def page(request: HttpRequest) -> HttpResponse:
    """The house at this moment; the page asks for no renewal by itself."""
    now = clock.now()
    found = report_operation(house(), by=asker(request), now=now)
    gateway = gateway_numbers(house())
    context: dict[str, Any] = {
        "lede": _("At %(at)s. Numbers of the machine alone: whoever runs it reads no data of anybody.")
        % {"at": moment(now)},
        "counts": _counts(found),
        "tasks": _tasks(found.tasks, now),
        "gateway": _gateway(gateway),
        "refused": _refused(found.ledgers.refused),
        "log": _log(found),
        "witnesses": _witnesses(found) if found.witnesses else None,
        "disks": _disks(found.disks),
        "ledgers": _ledgers(found),
        "versions": _versions(),
    }
    answer = render(request, "portal/operation.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _counts(found: Operation) -> list[Count]:
    stuck = sum(run.stuck(clock.now()) for run in found.tasks)
    failing = sum(bool(run.fault) for run in found.tasks)
    free = min((disk.free / disk.total for disk in found.disks), default=1.0)
    batches = ngettext("%(n)s batch", "%(n)s batches", found.lag.batches) % {"n": number(found.lag.batches)}
    return [
        Count(_("From receipt to page"), age(found.lag.seconds), batches, is_alarm=found.lag.seconds > LAG_S),
        Count(
            _("Key directory"),
            age(found.directory_age_s),
            _("old; refused after 60 s"),
            is_alarm=found.directory_age_s is None or found.directory_age_s > STALE_S,
        ),
        Count(_("Checkpoint"), age(found.checkpoint_age_s), _("since it was published")),
        Count(
            _("Audit unsealed for"),
            age(found.audit_waits_s),
            _("the oldest row that waits"),
            is_alarm=(found.audit_waits_s or 0) > UNSEALED_S,
        ),
        Count(
            _("Last backup"),
            age(found.backup_age_s),
            _("since it was taken; checked by its own command"),
            is_alarm=not found.is_backed_up,
        ),
        Count(
            _("Tasks stuck"),
            number(stuck),
            _("failing: %(n)s") % {"n": failing},
            is_alarm=stuck + failing > 0,
        ),
        Count(_("Disk left"), share(free, 0), _("of the fullest"), is_alarm=free < FULL),
    ]


def age(seconds: float | None) -> str:
    """A span as people say it: seconds, minutes, hours or days."""
    if seconds is None:
        return NOTHING
    for unit, size in ((_("d"), 86_400), (_("h"), 3600), (_("min"), 60)):
        if seconds >= 2 * size:
            return f"{number(seconds / size)}{WIDE}{unit}"
    return f"{number(max(seconds, 0.0))}{WIDE}" + _("s")


def size(count: float) -> str:
    """Bytes as people say them."""
    for unit, step in ((_("GiB"), 1 << 30), (_("MiB"), 1 << 20), (_("KiB"), 1 << 10)):
        if count >= step:
            return f"{number(count / step, 1)}{WIDE}{unit}"
    return f"{number(count)}{WIDE}" + _("bytes")


def _tasks(runs: Sequence[TaskRun], now: datetime) -> Table:
    head = columns(
        _("Task"), _("State"), _("Last run"), _("Took"), _("Every"), _("Runs"), _("Failures"), numbers=(5, 6)
    )
    return Table(_("Tasks"), head, [_task(run, now) for run in runs])


def _task(run: TaskRun, now: datetime) -> Line:
    return line(
        Cell(run.name, mono=True),
        _state(run, now),
        Cell(_("%(age)s ago") % {"age": age((now - run.started_at).total_seconds())}),
        f"{number(run.seconds, 2)}{WIDE}" + _("s") if run.ended_at else NOTHING,
        age(run.period_s),
        number(run.runs),
        Cell(number(run.failures), state="warn") if run.failures else "0",
    )


def _state(run: TaskRun, now: datetime) -> Cell:
    if run.stuck(now):
        return Cell(_("stuck"), state="alarm")
    if run.fault:
        return Cell(_("in error"), state="alarm", note=run.fault)
    return Cell(_("runs"), state="calm") if run.ended_at is None else Cell(_("good"), state="good")


def _gateway(found: dict[str, float] | None) -> list[Fact]:
    if found is None:
        return [Fact(_("Gateway"), _("does not answer"), state="alarm")]
    return [
        Fact(_("Gateway"), _("answers"), state="good"),
        Fact(_("Batches that wait"), number(found.get("waiting", 0))),
        Fact(_("Bytes that wait"), size(found.get("waiting_bytes", 0))),
        Fact(_("Open connections"), number(found.get("connections", 0))),
    ]


def _refused(found: dict[str, int]) -> Table:
    head = columns(_("Problem"), _("Batches"), numbers=(1,))
    lines = [
        line(Cell(code, href=reverse("problem", args=[code]), mono=True), number(n))
        for code, n in found.items()
    ]
    return Table(_("Batches refused today"), head, lines)


def _log(found: Operation) -> list[Fact]:
    return [
        Fact(_("Journal"), found.engine),
        Fact(_("Its files"), size(found.journal_bytes)),
        Fact(_("Size of the tree"), number(found.checkpoint_size)),
        Fact(_("Keys of bodies"), number(found.body_keys), note=_("one for an installation and month")),
        Fact(
            _("Backups"), _("not made by the platform itself"), note=_("copy the data directory as a whole")
        ),
    ]


def _witnesses(found: Operation) -> Table:
    head = columns(_("Witness"), _("State"), _("Signed size"), _("Signed"), numbers=(2,))
    lines = [
        line(
            Cell(url, mono=True, wraps=True),
            Cell(_("fails: %(n)s in a row") % {"n": one.failures}, state="warn")
            if one.failures
            else Cell(_("good"), state="good"),
            number(one.size),
            moment(one.signed_at),
        )
        for url, one in found.witnesses
    ]
    return Table(_("Witnesses"), head, lines)


def _disks(disks: Sequence[Disk]) -> Table:
    head = columns(_("Rooms"), _("Free"), _("Capacity"), _("Share free"), numbers=(1, 2, 3))
    return Table(_("Disks"), head, [_disk(disk) for disk in disks])


def _disk(disk: Disk) -> Line:
    left = share(disk.free / disk.total, 0)
    rooms = Cell(", ".join(disk.rooms), mono=True, wraps=True)
    low = disk.free / disk.total < FULL
    return line(rooms, size(disk.free), size(disk.total), Cell(left, state="alarm") if low else left)


def _ledgers(found: Operation) -> list[Fact]:
    held = sum(spool.waiting for spool in found.spools)
    oldest = max((spool.days for spool in found.spools), default=0)
    return [
        Fact(_("Installations"), number(found.installations)),
        Fact(_("Silent for more than a week"), number(found.silent)),
        Fact(_("Open gaps"), number(found.ledgers.gaps)),
        Fact(_("In quarantine"), number(found.ledgers.quarantined)),
        Fact(
            _("Held back in clinics"),
            ngettext("%(n)s event", "%(n)s events", held) % {"n": number(held)},
            note=_("the oldest for %(n)s d") % {"n": oldest} if held else "",
        ),
        Fact(_("Limits of the law missed"), number(found.breaches)),
    ]


def _versions() -> list[Fact]:
    own = [
        Fact(_("This platform"), version("nadzor")),
        Fact("Python", platform.python_version()),
        Fact("SQLite", sqlite3.sqlite_version),
    ]
    return [*own, *(Fact(name, version(name)) for name in PARTS)]
