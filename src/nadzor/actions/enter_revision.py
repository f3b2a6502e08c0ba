# SPDX-License-Identifier: Apache-2.0
"""Enter in the register what a filing's decision changes.

Every verb is called inside the transaction of `move_filing`, which has asked who may and in which state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from nadzor.actions.enter_rows import enter_device
from nadzor.actions.entry_parties import amend_parties, parties_of
from nadzor.actions.write_editions import Deed, enter, remember
from nadzor.base.clock import moscow_date
from nadzor.base.identifiers import normalise_number
from nadzor.base.problems import Refusal, title
from nadzor.people.queries import Person
from nadzor.register import revisions
from nadzor.register.check_rows import Known, defects
from nadzor.register.editions import flat
from nadzor.register.entry_form import amended, draft_number, new_entry, new_version
from nadzor.register.models import Device, Filing
from nadzor.register.revision_cards import Entry
from nadzor.register.rows import RegisterFile


@transaction.atomic
def enter_registration(filing_number: str, *, number: str | None = None, by: Person, now: datetime) -> str:
    """Enter the device of a registration, with version, claims and scales, as the filing's form says.

    Returns the device's code.  Without the official number the entry carries a draft number of ours.
    Raises: Refusal register.entry-form, register.number-taken, register.already-entered.
    """
    filing = (
        Filing.objects.select_for_update().select_related("maker__represented_by").get(number=filing_number)
    )
    if filing.device is not None:
        raise Refusal("register.already-entered", filing=filing.number)
    on = moscow_date(now)
    entry = new_entry(
        filing.form,
        code=f"ai-{filing.number}",
        number=free_number(number or draft_number(filing.number)),
        parties=parties_of(filing.maker),
        on=on,
    )
    _must_be_sound(entry, on=on)
    enter_device(entry.row(), now=now)
    device = Device.objects.get(code=entry.code)
    Filing.objects.filter(pk=filing.pk).update(device=device)
    enter(device, flat(entry), Deed("registration", by.username, now, on, filing))
    return entry.code


@transaction.atomic
def enter_version(filing_number: str, *, by: Person, now: datetime, valid_from: date | None = None) -> str:
    """Enter the version of a simplified amendment as registered; returns the device's code.

    Raises: Refusal register.entry-form, register.valid-from.
    """
    device, deed = _deed(filing_number, "version", by=by, now=now, valid_from=valid_from)
    enter(device, new_version(_form(deed), revisions.current(device.code), on=deed.valid_from), deed)
    return device.code


@transaction.atomic
def enter_amendment(filing_number: str, *, by: Person, now: datetime, valid_from: date | None = None) -> str:
    """Enter the fields that an amendment's form says anew; a form that changes only papers changes no field.

    Why: a maker's name and representative stand in every entry of that maker, so each gets its edition.
    Raises: Refusal register.entry-form, register.valid-from.
    """
    device, deed = _deed(filing_number, "amendment", by=by, now=now, valid_from=valid_from)
    entry = revisions.current(device.code)
    others = amend_parties(device, _form(deed), now=now)
    maker = Device.objects.select_related("maker__represented_by").get(pk=device.pk).maker
    changes = amended(_form(deed), entry, parties=parties_of(maker))
    enter(device, changes, deed)
    remember(others, by=by.username, now=now, cause="amendment")
    return device.code


def suspend(
    filing_number: str,
    *,
    by: Person,
    now: datetime,
    valid_from: date | None = None,
    cause: str = "suspension",
) -> str:
    """Suspend a registration: the device may not be used, and what still runs goes on reporting."""
    return _turn(filing_number, "suspended", cause=cause, by=by, now=now, valid_from=valid_from)


def resume(
    filing_number: str,
    *,
    by: Person,
    now: datetime,
    valid_from: date | None = None,
    cause: str = "resumption",
) -> str:
    """End a suspension."""
    return _turn(filing_number, "registered", cause=cause, by=by, now=now, valid_from=valid_from)


def cancel(
    filing_number: str,
    *,
    by: Person,
    now: datetime,
    valid_from: date | None = None,
    cause: str = "cancellation",
) -> str:
    """Cancel a registration: from here on its installations may not report."""
    return _turn(filing_number, "cancelled", cause=cause, by=by, now=now, valid_from=valid_from)


def reinstate(
    filing_number: str,
    *,
    by: Person,
    now: datetime,
    valid_from: date | None = None,
    cause: str = "reinstatement",
) -> str:
    """Undo a cancellation, as a court does."""
    return _turn(filing_number, "registered", cause=cause, by=by, now=now, valid_from=valid_from)


EFFECTS: Final[Mapping[str, Callable[..., str]]] = {
    "enter_device": enter_registration,
    "enter_version": enter_version,
    "enter_amendment": enter_amendment,
    "suspend_device": suspend,
    "resume_device": resume,
    "cancel_device": cancel,
    "reinstate_device": reinstate,
}
"""What a move's `effect` calls: each takes the filing's number, `by` and `now`."""


def free_number(number: str, *, but: str = "") -> str:
    """A registration number in its one spelling, carried by no other device.

    Raises: Refusal register.number-taken.
    """
    kept = normalise_number(number)
    if Device.objects.filter(number=kept).exclude(code=but).exists():
        raise Refusal("register.number-taken", at="$.number")
    return kept


@transaction.atomic
def _turn(filing_number: str, status: str, **told: Any) -> str:
    cause = told.pop("cause")
    device, deed = _deed(filing_number, cause, **told)
    enter(device, {"status": status}, deed)
    return device.code


def _deed(
    filing_number: str, cause: str, *, by: Person, now: datetime, valid_from: date | None
) -> tuple[Device, Deed]:
    filing = Filing.objects.select_related("device").get(number=filing_number)
    if filing.device is None:
        raise Refusal("register.device-unknown")
    return filing.device, Deed(cause, by.username, now, valid_from or moscow_date(now), filing)


def _form(deed: Deed) -> Mapping[str, Any]:
    return deed.filing.form if deed.filing else {}


def _must_be_sound(entry: Entry, *, on: date) -> None:
    known = Known(organisations={entry.maker.code: "manufacturer"})
    if found := defects(RegisterFile(devices=(entry.row(),)), known=known, on=on):
        refusal = Refusal(found[0].code, **found[0].facts)
        raise Refusal("register.entry-form", at="$.form", detail=title(refusal, "ru"), count=len(found))
