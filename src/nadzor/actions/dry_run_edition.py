# SPDX-License-Identifier: Apache-2.0
"""Fill a month by an edition that is not the one in force, and see who would fail; nothing is kept."""

from __future__ import annotations

from collections import Counter
from datetime import date

from msgspec import Struct

from nadzor.actions.build_month import device_facts, month_rows
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.law.form import FormEdition, edition_named, edition_or_last, forms
from nadzor.measures.rollup import Row
from nadzor.people.queries import Person
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.statutory.dry_run import DryRun, FieldChange, dry_run, field_change
from nadzor.statutory.month import FORM, month_report
from nadzor.telemetry.store import Rollups


class DeviceDryRun(Struct, frozen=True, kw_only=True):
    """One device under the edition asked for, and what is new beside the edition of the month.

    `only_here`: fields and codes that stop it here and not there; `only_there` the other way round.
    """

    device: str
    here: DryRun
    present: DryRun
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]


class EditionRun(Struct, frozen=True, kw_only=True):
    """Every device that transmits and that the person may see, by one edition."""

    form: str
    edition: str
    draft: bool
    status: str
    present: str
    month: str
    known_by: date
    change: FieldChange
    outcomes: dict[str, int]
    devices: tuple[DeviceDryRun, ...]


def dry_run_edition(home: Home, form: str, edition: str, month: Month, *, by: Person | None) -> EditionRun:
    """Who would fail under an edition for a month, beside the edition in force on its first day.

    Law: Order 4472; where no edition covers the month, the last one that did stands for the present.
    Raises: Refusal form.unknown, form.edition-unknown, form.not-monthly; NormMissing before any edition.
    """
    asked = edition_of(form, edition)
    if form != FORM:
        raise Refusal("form.not-monthly", form=form)
    present, rollups = edition_or_last(FORM, month.first), Rollups.open(home)
    known_by, rows = rollups.manifest.known_until or month.days.last, month_rows(rollups, month)
    runs = tuple(
        _of_device(card, month, rows.get(card.code, []), editions=(asked, present), known_by=known_by)
        for card in transmitting(by)
    )
    outcomes = Counter(each.here.outcome for each in runs)
    return EditionRun(
        form=form, edition=edition, draft=asked.draft, status=asked.status, present=present.edition,
        month=str(month), known_by=known_by, change=field_change(asked, present),
        outcomes={name: outcomes[name] for name in ("passes", "fails", "nothing")}, devices=runs,
    )  # fmt: skip


def edition_of(form: str, edition: str) -> FormEdition:
    """An edition by name, from outside.

    Law: the edition's own text.
    Raises: Refusal form.unknown, form.edition-unknown.
    """
    if form not in forms():
        raise Refusal("form.unknown")
    try:
        return edition_named(form, edition)
    except KeyError as error:
        raise Refusal("form.edition-unknown", known=", ".join(forms()[form].editions)) from error


def transmitting(by: Person | None) -> list[DeviceCard]:
    """The devices of a dry run: all that transmit for staff and at the console, else the person's own."""
    cards = register.devices() if by is not None and by.at_console else register.readable(by)
    return [card for card in cards if card.transmits]


def _of_device(
    card: DeviceCard,
    month: Month,
    rows: list[Row],
    *,
    editions: tuple[FormEdition, FormEdition],
    known_by: date,
) -> DeviceDryRun:
    facts = device_facts(card, month)
    here, present = (
        dry_run(month_report(rows, facts, month, edition=edition, known_by=known_by)) for edition in editions
    )
    return DeviceDryRun(
        device=card.code,
        here=here,
        present=present,
        only_here=tuple(sorted(here.why - present.why)),
        only_there=tuple(sorted(present.why - here.why)),
    )
