# SPDX-License-Identifier: Apache-2.0
"""Rows of warnings: which still stand, how they fare, what of their counts a maker may see."""

from __future__ import annotations

from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from nadzor.base.problems import Text
from nadzor.vigilance.models import AdverseEvent, PublicNotice, SafetyWarning, WarningCopy
from nadzor.vigilance.warning_cards import ClinicCopy, CopyCard, NoticeCard, Progress, WarningRow

OVER: Final = frozenset({"closed", "declined", "duplicate"})


def rows() -> QuerySet[SafetyWarning]:
    """Warnings with their counts and whether they stand, newest first."""
    copies = {
        "n_sites": Count("copies", distinct=True),
        "n_reached": Count("copies", filter=Q(copies__reached=True), distinct=True),
        "n_opened": Count("copies", filter=Q(copies__opened_at__isnull=False), distinct=True),
        "n_confirmed": Count("copies", filter=Q(copies__confirmed_at__isnull=False), distinct=True),
        "n_reminded": Count("copies", filter=Q(copies__reminded_at__isnull=False), distinct=True),
    }
    found = SafetyWarning.objects.annotate(**copies, overtaken=_overtaken())
    return found.prefetch_related("public", "decisions").order_by("-pk")


def standing() -> list[SafetyWarning]:
    """Warnings that no later letter of their affair overtook, and whose event is still open, oldest first."""
    return list(SafetyWarning.objects.annotate(overtaken=_overtaken()).filter(overtaken=False).order_by("pk"))


def progress_of(row: SafetyWarning) -> Progress:
    """The counts of an annotated row."""
    return Progress(
        sites=row.n_sites, reached=row.n_reached, opened=row.n_opened, confirmed=row.n_confirmed,
        reminded=row.n_reminded,
    )  # fmt: skip


def guarded(found: Progress, floor: int) -> Progress:
    """Counts as somebody outside of oversight may see them.

    Method: threshold rule with its complement: a count is shown when it is zero or at least the minimum, and
    so is what is left of the sites; all of them are hidden below the minimum of sites.
    """
    total = found.sites or 0

    def shown(n: int | None) -> int | None:
        parts = (n or 0, total - (n or 0))
        return n if all(part == 0 or part >= floor for part in parts) else None

    return Progress(
        sites=shown(found.sites), reached=shown(found.reached), opened=shown(found.opened),
        confirmed=shown(found.confirmed), reminded=shown(found.reminded), floor=floor,
    )  # fmt: skip


def row_of(row: SafetyWarning, progress: Progress) -> WarningRow:
    """An annotated row as a card."""
    public, decisions = list(row.public.all()), list(row.decisions.all())
    return WarningRow(
        number=row.number, kind=row.kind, device=row.device, versions=tuple(row.versions), filing=row.filing,
        event=row.event, title=Text(row.title_ru, row.title_en), at=row.at, confirm_by=row.confirm_by,
        progress=progress, public=public[0].number if public else "",
        decision=decisions[-1].decision if decisions else "", stands=not row.overtaken,
    )  # fmt: skip


def copy_card(row: WarningCopy) -> CopyCard:
    """A copy for those who read sites."""
    return CopyCard(
        site=row.site, versions=tuple(row.versions), sent_at=row.sent_at, reached=row.reached,
        opened_at=row.opened_at, confirmed_at=row.confirmed_at, answer=row.answer,
        reminded_at=row.reminded_at,
    )  # fmt: skip


def clinic_copy(row: WarningCopy, overtaken_by: str) -> ClinicCopy:
    """A copy as its clinic reads it."""
    letter = row.warning
    return ClinicCopy(
        number=letter.number, kind=letter.kind, device=letter.device, versions=tuple(letter.versions),
        ran=tuple(row.versions), title=Text(letter.title_ru, letter.title_en), at=letter.at,
        text=Text(letter.text_ru, letter.text_en), cites=tuple(letter.cites), confirm_by=letter.confirm_by,
        opened_at=row.opened_at, confirmed_at=row.confirmed_at, answer=row.answer, overtaken_by=overtaken_by,
    )  # fmt: skip


def notice_card(row: PublicNotice) -> NoticeCard:
    """A public notice as a card."""
    return NoticeCard(
        number=row.number, device=row.device, versions=tuple(row.versions), source=row.source, kind=row.kind,
        title=Text(row.title_ru, row.title_en), text=Text(row.text_ru, row.text_en), cites=tuple(row.cites),
        published_at=row.published_at, ended_at=row.ended_at, ended_because=row.ended_because,
        followed_by=row.followed_by.number if row.followed_by else "", changed_at=row.changed_at,
    )  # fmt: skip


def _overtaken() -> Exists:
    """A later letter of the same filing, the cancellation of the device, or an event that is over."""
    later = SafetyWarning.objects.filter(pk__gt=OuterRef("pk"))
    filing = later.filter(filing=OuterRef("filing")).exclude(filing="")
    cancelled = later.filter(device=OuterRef("device"), kind="cancellation")
    over = AdverseEvent.objects.filter(number=OuterRef("event"), state__in=OVER)
    return Exists(filing) | Exists(cancelled) | Exists(over)  # type: ignore[return-value]
