# SPDX-License-Identifier: Apache-2.0
"""Questions about warnings and public notices; those that take a person show only what they may see."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Final

from django.db.models import Q, QuerySet
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, Text
from nadzor.disclosure.guard import floor
from nadzor.law.norm import NormMissing
from nadzor.people.queries import Person
from nadzor.records.embargoes import hidden_details
from nadzor.register import queries as register
from nadzor.vigilance.models import EventDocument, PublicNotice, SafetyWarning, WarningCopy
from nadzor.vigilance.veil import veiled
from nadzor.vigilance.warning_cards import (
    ClinicCopy,
    DecisionCard,
    MakersNotice,
    NoticeCard,
    NoticePage,
    Progress,
    WarningCard,
    WarningPage,
)
from nadzor.vigilance.warning_permissions import may_see_sites, may_see_warning
from nadzor.vigilance.warning_rows import (
    clinic_copy,
    copy_card,
    guarded,
    notice_card,
    progress_of,
    row_of,
    rows,
)

PAGE_MAX: Final = 200
NOTHING_SHOWN: Final = 2**31  # the minimum where no rule is in force: then no count is shown at all


class NoticeFilter(Struct, frozen=True, kw_only=True):
    """Which notices: of a device, standing or ended, changed since a moment."""

    device: str = ""
    stands: bool | None = None
    changed_since: datetime | None = None


def warnings(
    person: Person | None, *, today: date, device: str = "", waits: bool = False, after: str = "",
    limit: int = 50,
) -> WarningPage:  # fmt: skip
    """Warnings this person may see, newest first; `waits` keeps those that stand and lack confirmations."""
    found = _seen_by(person, rows())
    found = found.filter(device=device) if device else found
    found = found.filter(number__lt=after) if after else found
    if waits:
        silent = WarningCopy.objects.filter(reached=True, confirmed_at=None).values("warning")
        found = found.filter(overtaken=False, pk__in=silent)
    limit = max(0, min(limit, PAGE_MAX))
    page = list(found[: limit + 1])
    cards = tuple(row_of(row, _progress(person, row, today)) for row in page[:limit])
    return WarningPage(cards, cards[-1].number if cards and len(page) > limit else None)


def warning(person: Person | None, number: str, *, today: date) -> WarningCard:
    """One warning, with its sites for those who may read sites.

    Raises: Refusal warning.unknown, also for one this person may not see.
    """
    row = _seen_by(person, rows()).filter(number=number).first()
    if row is None:
        raise Refusal("warning.unknown")
    copies = tuple(copy_card(one) for one in row.copies.all()) if may_see_sites(person) else ()
    said = [one for one in copies if one.confirmed_at is not None]
    days = Counter(moscow_date(one.confirmed_at) for one in said if one.confirmed_at)
    return WarningCard(
        row=row_of(row, _progress(person, row, today)), text=_text(row), cites=tuple(row.cites),
        copies=copies, days=tuple(sorted(days.items())), answers=dict(Counter(one.answer for one in said)),
        decisions=_decisions(person, row),
    )  # fmt: skip


def warnings_of_site(site: str) -> tuple[ClinicCopy, ...]:
    """What one site was warned of, newest first."""
    found = WarningCopy.objects.filter(site=site).select_related("warning").order_by("-warning_id")
    return tuple(clinic_copy(row, _followed(row.warning)) for row in found)


def warning_of_site(site: str, number: str) -> ClinicCopy:
    """One site's copy of a warning.

    Raises: Refusal warning.unknown.
    """
    row = WarningCopy.objects.filter(site=site, warning__number=number).select_related("warning").first()
    if row is None:
        raise Refusal("warning.unknown")
    return clinic_copy(row, _followed(row.warning))


def public_notices(wanted: NoticeFilter, *, now: datetime, after: str = "", limit: int = 50) -> NoticePage:
    """Notices anybody may read at a moment, newest first."""
    found = PublicNotice.objects.select_related("followed_by").order_by("-number")
    found = found.filter(device=wanted.device) if wanted.device else found
    found = found.filter(changed_at__gte=wanted.changed_since) if wanted.changed_since else found
    if wanted.stands is not None:
        found = found.filter(ended_at__isnull=wanted.stands)
    found = found.filter(number__lt=after) if after else found
    limit = max(0, min(limit, PAGE_MAX))
    page = list(found[: limit + 1])
    cards = tuple(as_public(row, now=now) for row in page[:limit])
    return NoticePage(cards, cards[-1].number if cards and len(page) > limit else None)


def public_notice(number: str, *, now: datetime) -> NoticeCard:
    """One public notice as anybody may read it at a moment.

    Raises: Refusal notice.unknown.
    """
    row = PublicNotice.objects.select_related("followed_by").filter(number=number).first()
    if row is None:
        raise Refusal("notice.unknown")
    return as_public(row, now=now)


def as_public(row: PublicNotice, *, now: datetime) -> NoticeCard:
    """A notice as anybody reads it at a moment: details under embargo are left out, however it is asked for.

    Why the moment must be said: an embargo holds or has ended by then, and no way of asking may forget it.
    """
    card = notice_card(row)
    hidden = (hidden_details(card.device, version, now=now) for version in card.versions or ("",))
    return veiled(card, frozenset[str]().union(*hidden))


def makers_notices() -> list[MakersNotice]:
    """Safety notices of makers that no inspector has published, oldest first."""
    done = PublicNotice.objects.exclude(document=None).values("document")
    found = EventDocument.objects.filter(kind="safety_notice").exclude(event__device="").exclude(pk__in=done)
    return [_makers(row) for row in found.select_related("event", "narrative")]


def _makers(row: EventDocument) -> MakersNotice:
    told = getattr(row, "narrative", None)
    held = told is not None and told.held and told.released_at is None
    fields = {key: str(value) for key, value in row.fields.items() if isinstance(value, str | int | float)}
    return MakersNotice(
        document=row.pk,
        event=row.event.number,
        device=row.event.device,
        at=row.at,
        held=held,
        fields=fields,
        text=told.text if told is not None and not held else "",
    )


def _seen_by(person: Person | None, found: QuerySet[SafetyWarning]) -> QuerySet[SafetyWarning]:
    if may_see_sites(person):
        return found
    own = [card.code for card in register.devices() if may_see_warning(person, maker=card.maker.code)]
    return found.filter(device__in=own)


def _progress(person: Person | None, row: SafetyWarning, today: date) -> Progress:
    found = progress_of(row)
    return found if may_see_sites(person) else guarded(found, _floor(today))


def _floor(today: date) -> int:
    try:
        return floor(today).organisations
    except NormMissing:
        return NOTHING_SHOWN


def _decisions(person: Person | None, row: SafetyWarning) -> tuple[DecisionCard, ...]:
    if not may_see_sites(person):
        return ()
    return tuple(DecisionCard(one.decision, one.because, one.at, one.by) for one in row.decisions.all())


def _text(row: SafetyWarning) -> Text:
    return Text(row.text_ru, row.text_en)


def _followed(row: SafetyWarning) -> str:
    """The newest later letter of the same affair; empty when this one is the last word."""
    same = Q(filing=row.filing) if row.filing else Q(pk__in=[])
    same |= Q(device=row.device, kind="cancellation")
    found = SafetyWarning.objects.filter(same, pk__gt=row.pk).order_by("-pk").first()
    return found.number if found else ""
