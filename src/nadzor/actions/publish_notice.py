# SPDX-License-Identifier: Apache-2.0
"""Publish a safety notice: a warning's public letter, or a maker's own notice that an inspector has read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from nadzor.actions.warning_causes import cause_of_event, cause_of_step
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, Text
from nadzor.disclosure.guard import floor
from nadzor.law.norm import NormMissing
from nadzor.people.permissions import must_review_signals
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.authority import must_act_for_head, must_be_disinterested, parties_of
from nadzor.vigilance.models import (
    CaseGround,
    EventDocument,
    NoticeDecision,
    PublicNotice,
    SafetyWarning,
)
from nadzor.vigilance.plain_text import personal_in
from nadzor.vigilance.warning_letters import RELIEVING, SITE, published, sites_text

GROUNDS_MAX: Final = 2000
TEXT_MAX: Final = 8000
TITLE_MAX: Final = 300
MAKERS_OWN: Final = "safety_notice"
#: What a cancellation follows, whatever filing it was said in.
BEFORE_CANCELLATION: Final = ("deviation", "suspension")


def publish_letter(
    warning: SafetyWarning, facts: Mapping[str, Any], *, sites: int, now: datetime, by: str = "house"
) -> PublicNotice | None:
    """Publish a warning's public letter inside the caller's transaction, and end what it follows.

    None when a relief has nothing public to follow: what was never told of is not taken back in public.
    """
    earlier = list(_earlier(warning))
    if warning.kind in RELIEVING and not earlier:
        return None
    letter = published(warning.kind, {**facts, "sites": sites_text(sites, floor=_floor(now))})
    row = PublicNotice.objects.create(
        number=next_number("SN-", PublicNotice, now), device=warning.device, versions=warning.versions,
        source="regulator", warning=warning, event=warning.event, kind=warning.kind, cites=warning.cites,
        title_ru=letter.title.ru[:TITLE_MAX], title_en=letter.title.en[:TITLE_MAX], text_ru=letter.text.ru,
        text_en=letter.text.en, published_at=now, published_by=by, changed_at=now,
    )  # fmt: skip
    for old in earlier:
        old.followed_by, old.ended_at, old.changed_at = row, old.ended_at or now, now
        old.save(update_fields=["followed_by", "ended_at", "changed_at"])
    audit.record(
        "vigilance.notice.publish", f"notice {row.number}", by=by, because=row.title_en, now=now,
        warning=warning.number, follows=[old.number for old in earlier],
    )  # fmt: skip
    return row


@transaction.atomic
def publish_notice(number: str, *, because: str, by: Person | None, now: datetime) -> str:
    """The head makes a warning's letter public, with grounds; returns the notice's number.

    Raises: Refusal people.head-only, filing.no-delegation, filing.interest, warning.unknown, notice.grounds,
    notice.published.
    """
    row, grounds = _warning(number, by=by, now=now), grounds_of(because)
    assert by is not None
    if row.public.exists():
        raise Refusal("notice.published", number=number)
    _decide(row, "publish", grounds, by=by, now=now)
    cause = cause_of_event(row.event) if row.event else cause_of_step(row.step or 0)
    assert cause is not None
    found = publish_letter(row, cause.facts, sites=row.copies.count(), now=now, by=by.username)
    if found is None:
        raise Refusal("notice.nothing-to-follow", number=number)
    return str(found.number)


@transaction.atomic
def withhold_notice(number: str, *, because: str, by: Person | None, now: datetime) -> None:
    """The head keeps a warning's letter from the public, with grounds; it may be published later.

    Raises: Refusal people.head-only, filing.no-delegation, filing.interest, warning.unknown, notice.grounds,
    notice.published.
    """
    row, grounds = _warning(number, by=by, now=now), grounds_of(because)
    assert by is not None
    if row.public.exists():
        raise Refusal("notice.published", number=number)
    _decide(row, "withhold", grounds, by=by, now=now)


@transaction.atomic
def publish_makers_notice(document: int, *, title: Text, text: Text, by: Person | None, now: datetime) -> str:
    """Publish a maker's safety notice after an inspector has read it; returns its number.

    Raises: Refusal people.inspector-only, filing.interest, notice.unknown, notice.published, notice.held,
    notice.text, notice.names.
    """
    must_review_signals(by)
    assert by is not None
    source = _document(document)
    must_be_disinterested(by, parties_of(source.event.device))
    for one in (title.ru, title.en, text.ru, text.en):
        publishable_text(one)
    row = PublicNotice.objects.create(
        number=next_number("SN-", PublicNotice, now), device=source.event.device, source="maker",
        versions=[source.event.version] if source.event.version else [], event=source.event.number,
        document=source.pk, title_ru=title.ru.strip()[:TITLE_MAX], title_en=title.en.strip()[:TITLE_MAX],
        text_ru=text.ru.strip(), text_en=text.en.strip(), published_at=now, published_by=by.username,
        changed_at=now, cites=["vigilance.reportable"],
    )  # fmt: skip
    audit.record(
        "vigilance.notice.publish", f"notice {row.number}", by=by.username, because="the maker's own notice",
        now=now, event=source.event.number, document=source.digest,
    )  # fmt: skip
    return str(row.number)


def publishable_text(text: str) -> None:
    """A text that holds something, is short, and names neither a person nor a site.

    Raises: Refusal notice.text; notice.names with the kind of detail, never the detail.
    """
    words = text.strip()
    if not words or len(words) > TEXT_MAX:
        raise Refusal("notice.text", limit=TEXT_MAX)
    if kind := ("site" if SITE.search(words) else personal_in(words)):
        raise Refusal("notice.names", kind=kind)


def grounds_of(because: str) -> str:
    """Grounds that may stand in public.

    Raises: Refusal notice.grounds, notice.names.
    """
    words = because.strip()
    if not words or len(words) > GROUNDS_MAX:
        raise Refusal("notice.grounds", limit=GROUNDS_MAX)
    publishable_text(words)
    return words


def next_number(prefix: str, rows: Any, now: datetime) -> str:
    """The next number of the year; the writer's lock of the transaction keeps two from taking one."""
    year = f"{prefix}{moscow_date(now).year}-"
    last = rows.objects.filter(number__startswith=year).order_by("-number").first()
    return f"{year}{int(last.number.removeprefix(year)) + 1 if last else 1:06d}"


def _decide(row: SafetyWarning, decision: str, because: str, *, by: Person, now: datetime) -> None:
    NoticeDecision.objects.create(warning=row, decision=decision, because=because, at=now, by=by.username)
    audit.record(
        f"vigilance.notice.decide-{decision}", f"warning {row.number}", by=by.username, now=now,
        because=because[:500],
    )  # fmt: skip


def _earlier(warning: SafetyWarning) -> QuerySet[PublicNotice]:
    """The regulator's notices this warning follows: of its filing, of its event, before a cancellation."""
    same = Q(warning__filing=warning.filing) if warning.filing else Q(pk__in=[])
    if warning.kind == "cancellation":
        same |= Q(device=warning.device, kind__in=BEFORE_CANCELLATION)
    if warning.filing:
        refs = CaseGround.objects.filter(filing=warning.filing, kind="event").values("ref")
        same |= Q(kind="threat", event__in=refs)
    return PublicNotice.objects.filter(same, source="regulator", followed_by=None).exclude(warning=warning)


def _warning(number: str, *, by: Person | None, now: datetime) -> SafetyWarning:
    """The warning, for the head or who stands in on this day, and has no interest in the maker."""
    must_act_for_head(by, "notice", on=moscow_date(now))
    row = SafetyWarning.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise Refusal("warning.unknown")
    must_be_disinterested(by, parties_of(row.device))
    return row


def _document(id: int) -> EventDocument:
    row = EventDocument.objects.select_related("event").filter(pk=id, kind=MAKERS_OWN).first()
    if row is None or not row.event.device:
        raise Refusal("notice.unknown")
    if PublicNotice.objects.filter(document=id).exists():
        raise Refusal("notice.published", number=row.event.number)
    if getattr(row, "narrative", None) is not None and row.narrative.held and not row.narrative.released_at:
        raise Refusal("notice.held")
    return row


def _floor(now: datetime) -> int:
    """The fewest organisations a published count may rest on; without a rule nothing is counted in public."""
    try:
        return floor(moscow_date(now)).organisations
    except NormMissing:
        return 2**31
