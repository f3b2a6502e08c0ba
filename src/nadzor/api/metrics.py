# SPDX-License-Identifier: Apache-2.0
"""Numbers about portal and tasks for whoever runs them: no names of clinics or devices, no values of events.

Prometheus text, version 0.0.4. Served to this machine itself, or to whoever shows the token in
`keys/metrics.token`; to anybody else the address does not exist.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nadzor.actions.report_operation import Operation, house_numbers
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.task_runs import TaskRun

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "Via")  # who came through a proxy is not local
Series = Iterator[tuple[str, str, str, float]]


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The page of numbers."""
    home: Home = settings.HOME
    if not may_read(home, request):
        raise Http404
    answer = HttpResponse(render(house_numbers(home, now=clock.now())), content_type=MEDIA_TYPE)
    answer["Cache-Control"] = "no-store"
    return answer


def may_read(home: Home, request: HttpRequest) -> bool:
    """Whether the numbers are for whoever asks: the bearer of the token, or this machine without a proxy."""
    with suppress(OSError):
        token = (home.keys / "metrics.token").read_text().strip()
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if token and hmac.compare_digest(token.encode(), shown.encode()):
            return True
    if any(name in request.headers for name in FORWARDED):
        return False
    with suppress(ValueError):
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    return False


def render(found: Operation) -> str:
    """The text; what is not known now is left out."""
    lines: list[str] = []
    named: set[str] = set()
    for name, kind, labels, value in (*_house(found), *_disks(found), *_tasks(found.tasks)):
        if name not in named:
            lines.append(f"# TYPE nadzor_{name} {kind}")
            named.add(name)
        lines.append(f"nadzor_{name}{labels} {_number(value)}")
    return "\n".join(lines) + "\n"


def _house(found: Operation) -> Series:
    ages = {"checkpoint_age_seconds": found.checkpoint_age_s, "directory_age_seconds": found.directory_age_s}
    numbers: dict[str, float | None] = {
        "lag_batches": found.lag.batches,
        "lag_events": found.lag.events,
        "lag_seconds": found.lag.seconds,
        **ages,
        "gaps_open": found.ledgers.gaps,
        "quarantined_events": found.ledgers.quarantined,
        "installations": found.installations,
        "silent_installations": found.silent,
        "spool_waiting_events": sum(spool.waiting for spool in found.spools),
        "spool_oldest_days": max((spool.days for spool in found.spools), default=0),
        "deadline_breaches": found.breaches,
        "journal_bytes": found.journal_bytes,
        "body_keys": found.body_keys,
        "witnesses_failing": sum(bool(one.failures) for _url, one in found.witnesses),
    }
    yield from ((name, "gauge", "", value) for name, value in numbers.items() if value is not None)


def _disks(found: Operation) -> Series:
    yield from (
        ("disk_free_bytes", "gauge", f'{{room="{disk.rooms[0]}"}}', float(disk.free)) for disk in found.disks
    )


def _tasks(runs: tuple[TaskRun, ...]) -> Series:
    told = {
        "task_seconds": ("gauge", lambda run: run.seconds),
        "task_last_run_timestamp_seconds": ("gauge", lambda run: run.started_at.timestamp()),
        "task_failing": ("gauge", lambda run: float(bool(run.fault))),
        "task_runs_total": ("counter", lambda run: run.runs),
        "task_failures_total": ("counter", lambda run: run.failures),
    }
    for name, (kind, value) in told.items():
        yield from ((name, kind, f'{{task="{run.name}"}}', value(run)) for run in runs)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:.10g}"
