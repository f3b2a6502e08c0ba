# SPDX-License-Identifier: Apache-2.0
"""Tell those whom a move concerns: the letter it writes, a notice to the applicant, one to who acts next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from nadzor.actions.filing_deed import Deed
from nadzor.base.problems import Text
from nadzor.law.citation import in_russian
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import Run, next_due, runs
from nadzor.records import notices
from nadzor.register.filing_facts import CANCELLATION, EXPERTISE, ground_words
from nadzor.register.filing_permissions import SIDE
from nadzor.register.filing_tasks import waited_for
from nadzor.register.filing_words import called, filing_words, filled
from nadzor.register.letters import Template, day_words, due_words, letter_of, written
from nadzor.register.models import Filing, Letter

STAFF: Final = frozenset({"registrar", "head", "inspector"})
#: Moves that answer an earlier one: its verb, and the fact their letter repeats.
ANSWERED: Final = {
    "pass_question": ("ask_applicant", "question"),
    "uphold_complaint": ("complain", "complaint"),
    "reject_complaint": ("complain", "complaint"),
}


def tell_parties(deed: Deed) -> None:
    """Write the letter and the notices of a move that has just been made."""
    found = runs(PROCEDURES[deed.row.procedure], deed.steps, today=deed.on, filed=deed.row.filed_on)
    if page := letter_of(deed.row.procedure, deed.move.verb):
        _write(deed, page, found)
    due = due_words(next_due(found))
    _tell_applicant(deed, due)
    tell_next(deed.row, due=due, now=deed.now)


def tell_next(row: Filing, *, due: Text, now: datetime) -> None:
    """Tell the staff and the expert institution whose turn it is; the applicant has a notice already."""
    text = filled(
        filing_words().notices["waits"],
        title=title_of(row),
        state=called(row.procedure, state=row.state),
        due=due,
    )
    roles = waited_for(row.procedure, row.state, [step.verb for step in row.steps.all()])
    for role in sorted(roles & STAFF):
        notices.to_role(role, subject=subject(row), text=text, now=now)
    if "expert" in roles and row.expert is not None:
        notices.to_organisation(row.expert.code, subject=subject(row), text=text, now=now)


def side_of(row: Filing) -> tuple[str, ...]:
    """The organisations told for the applicant: the maker and its representative.

    Why: whoever filed for the maker and represents it no more may not see the filing, so hears nothing of it.
    """
    found = (row.maker, row.maker.represented_by)
    return tuple(each.code for each in found if each is not None)


def subject(row: Filing) -> str:
    """What a notice is about."""
    return f"filing {row.number}"


def title_of(row: Filing) -> Text:
    """What an affair is called, with its number."""
    return Text(ru=f"{row.number} «{row.title_ru}»", en=f"{row.number} “{row.title_en}”")


def _tell_applicant(deed: Deed, due: Text) -> None:
    if deed.by.role in SIDE or deed.row.state == "analysing":
        return
    row = deed.row
    text = filled(
        filing_words().notices["moved"], title=title_of(row), verb=called(row.procedure, verb=deed.move.verb),
        state=called(row.procedure, state=row.state), due=due,
    )  # fmt: skip
    for code in side_of(row):
        notices.to_organisation(code, subject=subject(row), text=text, now=deed.now)


def _write(deed: Deed, page: tuple[str, Template], found: Iterable[Run]) -> None:
    kind, template = page
    row = deed.row
    clock = template.clock or next(iter(deed.move.starts), "")
    run = next((each for each in found if each.key == clock and each.stopped is None), None)
    title, text = written(template, **_gaps(deed), due=due_words(run))
    Letter.objects.create(
        filing=row, at=deed.now, kind=kind, to=_addressee(row, template.to), title_ru=title.ru[:300],
        title_en=title.en[:300], text_ru=text.ru, text_en=text.en, cites=cites(deed, template),
    )  # fmt: skip


def cites(deed: Deed, template: Template) -> list[str]:
    """The norms a letter rests on: the one the decision names, the clocks it starts, those of its kind."""
    named = [deed.facts["norm_cite"]] if "norm_cite" in deed.facts else []
    return list(dict.fromkeys([*named, *deed.move.starts, *template.cites]))


def _gaps(deed: Deed) -> dict[str, Any]:
    row, device = deed.row, deed.row.device
    return {
        "number": row.number, "procedure": called(row.procedure), "title": Text(row.title_ru, row.title_en),
        "maker": Text(row.maker.name_ru, row.maker.name_en),
        "device": Text(device.name_ru, device.name_en) if device else Text(row.title_ru, row.title_en),
        "register_number": device.number if device else "", "on": day_words(deed.on),
        "because": deed.because, "reason": _reason(deed), "ground": _grounds(deed),
    }  # fmt: skip


def _reason(deed: Deed) -> str | Text:
    """What the move added, as one paragraph: defects one a line, a court's act, a norm, a question."""
    facts = {**_earlier(deed), **{ask: deed.facts[ask] for ask in deed.move.asks if ask in deed.facts}}
    for key in (
        "defects",
        "norm_cite",
        "court_act",
        "question",
        "standing_ground",
        "end_ground",
        "amendment",
        "complaint",
        "correction",
        "consent_ground",
        "control_order",
        "control_result",
    ):
        if value := facts.get(key):
            return _cited(str(value), deed.on) if key == "norm_cite" else _plain(value)
    return ""


def _cited(key: str, on: date) -> Text:
    """Where a norm is written, in place of its key; the key where none is in force."""
    try:
        found = norm(key, on)
    except NormMissing:
        return Text(ru=key, en=key)
    return Text(ru=in_russian(found.cite), en=found.cite)


def _earlier(deed: Deed) -> dict[str, Any]:
    """What was said before and is answered now: the expert's question word for word, a complaint."""
    if deed.move.verb not in ANSWERED:
        return {}
    verb, fact = ANSWERED[deed.move.verb]
    asked = deed.row.steps.filter(verb=verb).last()
    return {fact: asked.facts.get(fact)} if asked else {}


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(f"{place}. {line}" for place, line in enumerate(value, 1))
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values())
    return str(value)


def _grounds(deed: Deed) -> Text:
    """The law's words for the grounds of the last negative conclusion, or of a cancellation."""
    if keys := deed.facts.get("cancellation_ground"):
        return ground_words(CANCELLATION, keys, deed.on)
    last = deed.row.steps.filter(verb="conclude_negative").last()
    keys = (last.facts.get("expertise_ground") if last else None) or []
    return ground_words(EXPERTISE, keys, deed.on)


def _addressee(row: Filing, to: str) -> str:
    if to == "expert" and row.expert is not None:
        return str(row.expert.code)
    if to in ("head", "prosecutor"):
        return to
    return str(row.applicant.code if to == "applicant" and row.applicant else row.maker.code)
