# SPDX-License-Identifier: Apache-2.0
"""What is new for a person of the regulator since they last looked, newest first.

Why a mark of one's own: what a page counted as read by being opened would be lost by whoever opens it twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml
from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.detect.words import headline
from nadzor.people.queries import Person
from nadzor.procedures.signal import ARCHIVED
from nadzor.register import clinic_words, filings
from nadzor.register import queries as register
from nadzor.register.filing_words import called
from nadzor.vigilance.event_words import event_words
from nadzor.vigilance.models import (
    AdverseEvent,
    EventDocument,
    MissedLimit,
    MonitoringStep,
    MorningLook,
    SafetyWarning,
    Signal,
    SignalEvidence,
    SignalMove,
)
from nadzor.vigilance.rows import finding_of

FIRST_LOOK: Final = timedelta(weeks=1)  # what somebody sees who has never marked anything as read
NEWS_MAX: Final = 120  # more than a morning holds; the lists have the rest
LIST: Final = 60  # of one kind


class News(Struct, frozen=True, kw_only=True):
    """One new thing: its kind, when it came, its sentence, where it leads; `grave` stands on top."""

    kind: str
    at: datetime
    said: Text
    name: str
    args: tuple[str, ...] = ()
    grave: bool = False


class Morning(Struct, frozen=True, kw_only=True):
    """What is new since a moment: the news, how many of each kind, and whether the mark was ever set."""

    since: datetime
    news: tuple[News, ...]
    counts: dict[str, int]
    is_first: bool


@cache
def morning_words() -> dict[str, Text]:
    """The sentences, as morning.yaml keeps them."""
    page = files("nadzor.vigilance").joinpath("morning.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Text])


def morning(person: Person, *, now: datetime, today: date) -> Morning:
    """What is new for a person: signals, events, missed limits, filings, claims, reports, warnings."""
    mark = MorningLook.objects.filter(username=person.username).first()
    since = mark.up_to if mark else now - FIRST_LOOK
    found = [*_signals(since), *_events(since), *_limits(since), *_reports(since)]
    found += [*_filings(person, since, today), *_claims(since)]
    found.sort(key=lambda each: (each.grave, each.at), reverse=True)
    counts = Counter(each.kind for each in found)
    return Morning(
        since=since, news=tuple(found[:NEWS_MAX]), counts=dict(sorted(counts.items())), is_first=mark is None
    )


def _signals(since: datetime) -> Iterator[News]:
    for row in Signal.objects.filter(raised_at__gt=since).order_by("-id")[:LIST]:
        facts = {"number": row.pk, "title": _title(row.evidence)}
        yield _news("signal_raised", row.raised_at, "signal", (str(row.pk),), **facts)
    grown = SignalEvidence.objects.filter(at__gt=since, signal__course="escalating", signal__closed_on=None)
    seen: set[int] = set()
    for each in grown.select_related("signal").order_by("-id")[:LIST]:
        if each.signal.raised_at <= since and each.signal.pk not in seen:
            seen.add(each.signal.pk)
            facts = {"number": each.signal.pk, "title": _title(each.finding)}
            yield _news("signal_grows", each.at, "signal", (str(each.signal.pk),), **facts)
    moves = SignalMove.objects.filter(at__gt=since).select_related("signal")
    for move in moves.filter(verb="answer").order_by("-id")[:LIST]:
        yield _of_move("signal_answered", move)
    for move in moves.filter(start=ARCHIVED, role="house").order_by("-id")[:LIST]:
        yield _of_move("signal_back", move)


def _title(kept: Any) -> Text:
    """What a signal says in one line, with its finding called as the register calls it."""
    found = finding_of(kept)
    labels = [claim for claim in register.claims(found.device) if found.device] if found.finding else []
    ru = headline(found, {claim.finding: claim.label("ru") for claim in labels}).ru
    en = headline(found, {claim.finding: claim.label("en") for claim in labels}).en
    return Text(ru=ru, en=en)


def _of_move(kind: str, move: SignalMove) -> News:
    facts = {"number": move.signal.pk, "device": move.signal.device}
    return _news(kind, move.at, "signal", (str(move.signal.pk),), **facts)


def _events(since: datetime) -> Iterator[News]:
    rows = AdverseEvent.objects.filter(received_at__gt=since)
    words = event_words()
    for row in rows.exclude(way="import").order_by("-id")[:LIST]:
        facts = {"number": row.number, "device": row.device or row.device_told,
                 "serious": words.seriousness[row.seriousness]}  # fmt: skip
        grave = row.seriousness != "other"
        yield _news("event_received", row.received_at, "event", (row.number,), grave=grave, **facts)
    imported = rows.filter(way="import")
    if n := imported.count():
        yield _news("event_imported", imported.latest("id").received_at, "events", n=n)
    later = EventDocument.objects.filter(at__gt=since).exclude(kind="message").exclude(event__way="import")
    for each in later.select_related("event").order_by("-id")[:LIST]:
        facts = {"number": each.event.number, "document": words.documents[each.kind]}
        yield _news("event_document", each.at, "event", (each.event.number,), **facts)


def _limits(since: datetime) -> Iterator[News]:
    for row in MissedLimit.objects.filter(seen_at__gt=since).order_by("-id")[:LIST]:
        kind, _space, key = row.subject.partition(" ")
        name, args = ("event", (key,)) if kind == "event" else ("monitoring-report", tuple(key.split()))
        yield _news("limit_missed", row.seen_at, name, args, subject=key, device=row.device)


def _reports(since: datetime) -> Iterator[News]:
    steps = MonitoringStep.objects.filter(at__gt=since, verb="file_report").select_related("report")
    for step in steps.order_by("-id")[:LIST]:
        facts = {"year": step.report.year, "device": step.report.device}
        args = (step.report.device, str(step.report.year))
        yield _news("monitoring_filed", step.at, "monitoring-report", args, **facts)
    for row in SafetyWarning.objects.filter(at__gt=since).order_by("-id")[:LIST]:
        facts = {"number": row.number, "device": row.device}
        yield _news("warning_sent", row.at, "warning", (row.number,), **facts)


def _filings(person: Person, since: datetime, today: date) -> Iterator[News]:
    found = filings.filings(person, today=today, changed_since=since, open_only=False, limit=LIST)
    for row in found.rows:
        if row.changed_at > since and row.filed_on is not None:
            facts = {"number": row.number, "title": row.title,
                     "state": called(row.procedure, state=row.state)}  # fmt: skip
            yield _news("filing_moved", row.changed_at, "filing", (row.number,), **facts)


def _claims(since: datetime) -> Iterator[News]:
    for claim in clinic_words.missing(limit=LIST):
        if claim.at > since:
            yield _news("clinic_claim", claim.at, "clinic-words", number=claim.id)


def _news(
    kind: str, at: datetime, name: str, args: tuple[str, ...] = (), *, grave: bool = False, **facts: object
) -> News:  # fmt: skip
    words = morning_words()[kind]
    said = Text(ru=words.ru.format(**_in(facts, "ru")), en=words.en.format(**_in(facts, "en")))
    return News(kind=kind, at=at, said=said, name=name, args=args, grave=grave)


def _in(facts: dict[str, object], lang: str) -> dict[str, object]:
    return {key: fact.in_language(lang) if isinstance(fact, Text) else fact for key, fact in facts.items()}
