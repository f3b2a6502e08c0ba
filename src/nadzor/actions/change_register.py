# SPDX-License-Identifier: Apache-2.0
"""Change the register as a move says: the entry that a decision makes, amends, suspends or ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nadzor.actions.enter_revision import EFFECTS
from nadzor.actions.filing_deed import Deed
from nadzor.base.problems import Refusal, Text
from nadzor.procedures import case
from nadzor.procedures.case import allowed_to_amend
from nadzor.register import revisions
from nadzor.register.entry_form import fields_asked
from nadzor.register.entry_gaps import gaps
from nadzor.register.models import Device, Filing

AMENDING: Final = frozenset({"enter_version", "enter_amendment"})
ENTERING: Final = AMENDING | {"enter_device"}
OUT_OF_USE: Final = "suspended"
#: Affairs that keep a device out of use while they stand so; what a case passed on, its cancellation decides.
HOLDING: Final = frozenset(
    {*(("case", state) for state in case.STOPPED), ("cancellation", "suspended"), ("cancellation", "amended")}
)
#: Where a case itself demands the amendment of a device out of use.
DEMANDED: Final = (("case", "amendment_required"), ("cancellation", "suspended"))


def prepare_change(deed: Deed, facts: Mapping[str, Any]) -> None:
    """See that the register may change as the move says, and note what the person added to it.

    Raises: Refusal register.entry-form, move.device-suspended, filing.base-changed.
    """
    if deed.move.effect in ENTERING:
        _must_make_an_entry(deed.row)
    if deed.move.effect in AMENDING:
        _must_be_amendable(deed.row)
        _must_rest_on_the_entry(deed, facts)
    number = str(facts.get("register_number") or "").strip()
    if deed.move.effect == "enter_device" and number:
        deed.facts["register_number"] = number


def change_register(deed: Deed) -> None:
    """Do what the move does to the register; nothing for most moves.

    Raises: the refusals of entering an edition.
    """
    if not deed.move.effect or (deed.move.effect == "resume_device" and _stays_out_of_use(deed.row)):
        return
    EFFECTS[deed.move.effect](deed.row.number, by=deed.by, now=deed.now, **_options(deed))
    deed.row.refresh_from_db(fields=["device"])


def _stays_out_of_use(row: Filing) -> bool:
    """Whether another decision keeps it out of use: it was cancelled, or another case suspended it."""
    status = Device.objects.values_list("status", flat=True).get(pk=row.device_id)
    others = Filing.objects.filter(device=row.device).exclude(pk=row.pk)
    held = any((procedure, state) in HOLDING for procedure, state in others.values_list("procedure", "state"))
    return held or status != OUT_OF_USE


def _options(deed: Deed) -> dict[str, Any]:
    """The official number, where the head gave one; the court, where it spoke."""
    if "register_number" in deed.facts:
        return {"number": deed.facts["register_number"]}
    return {"cause": "court"} if deed.move.verb == "court_reversal" else {}


def _must_make_an_entry(row: Filing) -> None:
    """Every gap of the form at once, in words: whoever decides cannot fill it, and must know what to do."""
    if not (found := gaps(row.procedure, row.form)):
        return
    told = Text(
        ru="; ".join(gap.says.ru for gap in found) + ". Исправить форму может только заявитель.",
        en="; ".join(gap.says.en for gap in found) + ". Only the applicant can correct the form.",
    )
    at = f"$.form.{found[0].at}"
    raise Refusal(
        "register.entry-form", at, detail=", ".join(gap.at for gap in found), hint_ru=told.ru, hint_en=told.en
    )


def _must_be_amendable(row: Filing) -> None:
    """Entering waits while the device is out of use, unless its own case demanded the amendment."""
    if Device.objects.values_list("status", flat=True).get(pk=row.device_id) != OUT_OF_USE:
        return
    cases = Filing.objects.filter(device=row.device, procedure__in=[name for name, _ in DEMANDED])
    found = set(cases.values_list("procedure", "state"))
    allowed_to_amend("amendment_required" if found & set(DEMANDED) else OUT_OF_USE)


def _must_rest_on_the_entry(deed: Deed, facts: Mapping[str, Any]) -> None:
    """No newer edition touches what this filing changes, or the head confirms it with grounds."""
    row = deed.row
    assert row.device is not None
    now = revisions.last_number(row.device.code)
    base = row.base_revision if row.base_revision is not None else now
    asked = fields_asked(row.form, revisions.current(row.device.code))
    if now <= base or not (touched := revisions.touched_since(row.device.code, base) & asked):
        return
    if str(facts.get("confirm_base") or "") != str(now) or deed.role != "head" or not deed.because:
        raise Refusal("filing.base-changed", fields=", ".join(sorted(touched)), base=base, now=now)
    deed.facts["confirm_base"] = now
