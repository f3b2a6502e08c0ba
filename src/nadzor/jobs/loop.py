# SPDX-License-Identifier: Apache-2.0
"""The scheduler: every task at its own period, and a note of how it went."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence

import msgspec
import structlog

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.task_runs import TaskRun, TaskRuns

log = structlog.get_logger()

AFTER_FAILURE_S = 10.0  # a full disk must not fill its log, too


class Task(msgspec.Struct, frozen=True):
    """One recurring deed; it returns what is worth a log line, or nothing when nothing was to do."""

    name: str
    period_s: float
    deed: Callable[[Home], str | None]


def run(home: Home, tasks: Sequence[Task], *, stop: threading.Event | None = None) -> None:
    """Run each task at its period, each in its own thread, until asked to stop (SIGTERM, SIGINT, or `stop`).

    Why: a long refresh must not keep the key directory, valid for a minute, from being published.
    """
    stop = stop or _stopped_by_signal()
    threads = [threading.Thread(target=_repeat, args=(task, home, stop), name=task.name) for task in tasks]
    for thread in threads:
        thread.start()
    while not stop.wait(0.2):
        pass
    for thread in threads:
        thread.join()


def _repeat(task: Task, home: Home, stop: threading.Event) -> None:
    while not stop.is_set():
        done = attempt(task, home)
        stop.wait(task.period_s if done else max(task.period_s, AFTER_FAILURE_S))


def attempt(task: Task, home: Home) -> bool:
    """Run one task once; a failure is logged and reported as False, never raised.

    Why: a task that cannot work today (disk full, norm missing) must not stop the others.
    """
    runs, began = TaskRuns(home.root), time.monotonic()
    before = runs.last(task.name)
    run = TaskRun(
        name=task.name, period_s=task.period_s, started_at=clock.now(),
        runs=before.runs if before else 0, failures=before.failures if before else 0,
    )  # fmt: skip
    runs.note(run)
    try:
        outcome = task.deed(home)
    except Exception as error:
        log.exception("jobs.task.failed", task=task.name)
        runs.note(_ended(run, began, fault=type(error).__name__))
        return False
    runs.note(_ended(run, began))
    if outcome:
        log.info("jobs.task.done", task=task.name, outcome=outcome)
    return True


def _ended(run: TaskRun, began: float, *, fault: str = "") -> TaskRun:
    return msgspec.structs.replace(
        run, ended_at=clock.now(), seconds=time.monotonic() - began, fault=fault,
        runs=run.runs + 1, failures=run.failures + bool(fault),
    )  # fmt: skip


def _stopped_by_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _publish_directory(home: Home) -> str | None:
    from nadzor.actions.publish_directory import publish_directory

    publish_directory(home, now=clock.now())
    return None


def _refresh(home: Home) -> str | None:
    from nadzor.actions.refresh import refresh

    return refresh(home, now=clock.now())


def _sweep_charts(home: Home) -> str | None:
    from nadzor.actions.draw_chart import sweep_charts

    gone = sweep_charts(home)
    return f"removed {gone}" if gone else None


def _warn_lapses(home: Home) -> str | None:
    from nadzor.actions.warn_lapses import warn_lapses

    told = warn_lapses(now=clock.now())
    return f"warned of {', '.join(told)}" if told else None


def _warn_old_keys(home: Home) -> str | None:
    from nadzor.actions.warn_old_keys import warn_old_keys

    told = warn_old_keys(now=clock.now())
    return f"told of {len(told)} old keys" if told else None


def _watch_deadlines(home: Home) -> str | None:
    from nadzor.actions.watch_deadlines import watch_deadlines

    seen = watch_deadlines(now=clock.now())
    return f"saw {seen} breaches" if seen else None


def _send_mail(home: Home) -> str | None:
    from nadzor.actions.send_mail import send_mail

    sent = send_mail(now=clock.now())
    return f"mailed {sent}" if sent else None


def _watch_signals(home: Home) -> str | None:
    from nadzor.actions.choose_quiet import choose_quiet
    from nadzor.actions.watch_signals import watch_signals

    back, late = watch_signals(now=clock.now())
    chosen = choose_quiet(home, now=clock.now())
    return f"{back} came back, {late} late, quiet device {bool(chosen)}" if back or late or chosen else None


def _forget_visits(home: Home) -> str | None:
    from nadzor.actions.forget_visits import forget_visits

    gone = forget_visits(now=clock.now())
    return f"forgot {gone}" if gone else None


def _note_transmission(home: Home) -> str | None:
    from nadzor.actions.note_transmission import note_transmission

    return note_transmission(home, now=clock.now())


def _note_integrity(home: Home) -> str | None:
    from nadzor.actions.note_integrity import note_integrity

    found = note_integrity(home, now=clock.now())
    return f"found {found}" if found else None


def _remind_clinics(_home: Home) -> str | None:
    from nadzor.actions.remind_clinics import remind_clinics

    told = remind_clinics(now=clock.now())
    return f"reminded {told} clinics" if told else None


def _send_warnings(home: Home) -> str | None:
    from nadzor.actions.send_warnings import send_warnings

    sent = send_warnings(home, now=clock.now())
    return f"sent {sent} warnings" if sent else None


def _remind_warnings(home: Home) -> str | None:
    from nadzor.actions.remind_warnings import remind_warnings

    done = remind_warnings(home, now=clock.now())
    return f"reminded or told of {done} warnings" if done else None


def _watch_monitoring(home: Home) -> str | None:
    from nadzor.actions.watch_monitoring import watch_monitoring

    found = watch_monitoring(home, now=clock.now())
    return f"monitoring: {found}" if found.did else None


def _find_duplicates(home: Home) -> str | None:
    from nadzor.actions.find_duplicates import find_duplicates

    found = find_duplicates(home, now=clock.now())
    return f"proposed {found.proposed} likely duplicates" if found.proposed else None


def _publish_tiles(home: Home) -> str | None:
    from nadzor.actions.publish_tiles import publish_tiles

    return publish_tiles(home)


def _ask_witnesses(home: Home) -> str | None:
    from nadzor.actions.ask_witnesses import ask_witnesses

    return ask_witnesses(home, now=clock.now())


def _note_backups(home: Home) -> str | None:
    from nadzor.actions.note_backup import note_backups

    done = note_backups(home, now=clock.now())
    return f"noted {done} backups" if done else None


def _seal_audit(home: Home) -> str | None:
    from nadzor.actions.seal_audit import seal_audit

    return seal_audit(home, now=clock.now())


def _take_wire_events(home: Home) -> str | None:
    from nadzor.actions.take_wire_events import take_wire_events

    taken = take_wire_events(home, now=clock.now())
    told = f"took in {taken.events} events, voided {taken.voided}, waiting {taken.waiting}"
    return told if taken.events or taken.voided or taken.waiting else None


def _watch_events(home: Home) -> str | None:
    from nadzor.actions.watch_events import watch_events

    missed, escalated = watch_events(home, now=clock.now())
    return f"missed limits {missed}, alerts escalated {escalated}" if missed or escalated else None


def _publish_open_rows(home: Home) -> str | None:
    from nadzor.actions.publish_open_rows import publish_open_rows

    changed = publish_open_rows(home, now=clock.now())
    return f"published {changed} open rows" if changed else None


def _make_snapshots(home: Home) -> str | None:
    from nadzor.actions.make_snapshot import make_snapshots

    made = make_snapshots(home, now=clock.now())
    return f"made {', '.join(made)}" if made else None


def _watch_openings(home: Home) -> str | None:
    from nadzor.actions.watch_openings import watch_openings

    found = watch_openings(home, now=clock.now())
    return f"vault: {found}" if found.did else None


def _hand_over_letters(home: Home) -> str | None:
    from nadzor.actions.write_letter import hand_over_letters

    handed = hand_over_letters(home, now=clock.now())
    return f"handed over {handed} letters" if handed else None


def _finish_shredding(home: Home) -> str | None:
    from nadzor.actions.shred_bodies import finish_shredding

    done = finish_shredding(home, now=clock.now())
    return f"finished {done} orders to destroy" if done else None


def _publish_releases(home: Home) -> str | None:
    from nadzor.actions.publish_release import publish_due

    done = publish_due(home, now=clock.now())
    failed = sum(card.published_at is None for card in done)
    return f"published {len(done) - failed} tables, {failed} failed" if done else None


def _end_embargoes(_home: Home) -> str | None:
    from nadzor.actions.place_embargo import note_ended

    ended = note_ended(now=clock.now())
    return f"ended {ended} embargoes" if ended else None


TASKS = (
    Task("directory", 15.0, _publish_directory),  # valid for 60 s: three misses before the gateway refuses
    Task("tiles", 2.0, _publish_tiles),  # anyone sees a receipt's leaf covered within seconds
    Task("witnesses", 2.0, _ask_witnesses),  # a task of its own: one that is down holds no tile up
    Task("backups", 60.0, _note_backups),  # what a backup left behind becomes a deed
    Task("audit", 10.0, _seal_audit),  # only rows of the last seconds could be lost unseen
    Task("refresh", 2.0, _refresh),  # load, roll up, detect: only when the journal has grown
    Task("charts", 3600.0, _sweep_charts),  # drawings can all be made again
    Task("lapses", 3600.0, _warn_lapses),  # each lapse is told once, sixty days ahead
    Task("keys", 3600.0, _warn_old_keys),  # a year is told within the hour
    Task("deadlines", 300.0, _watch_deadlines),  # days matter, not minutes: often enough after midnight
    Task("signals", 300.0, _watch_signals),  # days and versions matter, not minutes
    Task("events", 2.0, _take_wire_events),  # a death on the wire reaches the officer on duty within seconds
    Task("limits", 60.0, _watch_events),  # an alert nobody acknowledged reaches the head within a minute
    Task("mail", 30.0, _send_mail),  # the portal shows a notice at once; a letter may take half a minute
    Task("visits", 3600.0, _forget_visits),  # sessions that have expired
    Task("integrity", 300.0, _note_integrity),  # ledgers of the journal: somebody has to ask, nobody is late
    Task("warnings", 5.0, _send_warnings),  # clinics learn of a suspension or a death at once
    Task("reminders", 600.0, _remind_warnings),  # days matter; a site that begins later waits minutes
    Task("monitoring", 3600.0, _watch_monitoring),  # days matter: within the hour after midnight is in time
    Task("duplicates", 3600.0, _find_duplicates),  # a person looks at pairs once a day
    Task("releases", 3600.0, _publish_releases),  # a month falls due once; within the hour is in time
    Task("embargoes", 300.0, _end_embargoes),  # it holds nothing back after its time; this tells of it
    Task("clinics", 3600.0, _remind_clinics),  # once a quarter; an hour late is in time
    Task("open", 5.0, _publish_open_rows),  # a notice is in the open sets within seconds of being public
    Task("snapshots", 60.0, _make_snapshots),  # files to take away: one snapshot a day of what changed
    Task("openings", 30.0, _watch_openings),  # an opening is shut by the clock; this writes it down
    Task("letters", 300.0, _hand_over_letters),  # once a day, all together; minutes late is in time
    Task("destruction", 300.0, _finish_shredding),  # only what was begun and cut short
    Task("transmission", 60.0, _note_transmission),  # a maker at the test bench waits for the first note
)
