# SPDX-License-Identifier: Apache-2.0
"""The fields that a document about an event asks a person for: those of its form that nothing else fills."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.law.form import FormField, edition_or_last
from nadzor.portal.code_picker import WORDS, Picker, chosen_of, picker
from nadzor.portal.event_fields import as_day, careful
from nadzor.portal.event_harm import harms
from nadzor.portal.inputs import Input, boxes, day, line, prose
from nadzor.portal.norm_words import status_state
from nadzor.portal.words import language, said
from nadzor.statutory.event_form import KINDS

PROSE_MAX: Final = 4000
LINE_MAX: Final = 300
#: Filled by a person although the house knows a value: codes of causes, versions that are concerned.
ASKED: Final = {
    "report": frozenset({"causes"}),
    "corrective_action": frozenset({"versions_concerned"}),
    "safety_notice": frozenset({"versions_concerned"}),
}
#: Fields that must not be empty: without them the paper says nothing.
NEEDED: Final = {
    "report": ("conclusion",),
    "corrective_action": ("reason", "action"),
    "safety_notice": ("problem", "advice"),
    "answer": ("narrative",),
    "follow_up": ("narrative",),
}
CODES: Final = {"causes": "BCDG"}  # the annexes that a field of codes takes
FREE: Final = frozenset({"follow_up", "answer"})


class Document(Struct, frozen=True):
    """A posted document: its fields as they are kept, its free text, and what is wrong field by field."""

    fields: Mapping[str, Any]
    narrative: str
    errors: Mapping[str, str]


def document_inputs(
    kind: str, given: Mapping[str, str], errors: Mapping[str, str], *, on: date
) -> list[Input | Picker]:
    """The fields of a kind of document, as typed."""
    if kind in FREE:
        return [*_free(kind, given, errors)]
    fields = asked_fields(kind, on=on)
    return [
        _codes(key, field, given, errors.get(key, ""))
        if field.kind == "codes"
        else _input(key, field, given.get(key, ""), errors.get(key, ""))
        for key, field in fields.items()
    ]


def typed_document(sent: QueryDict) -> dict[str, str]:
    """A posted form as one text a field; codes that were ticked stand with spaces between them."""
    return {key: " ".join(chosen_of(sent, key)) if key in CODES else text for key, text in sent.items()}


def read_document(kind: str, given: Mapping[str, str], *, on: date) -> Document:
    """A posted document as it will be kept."""
    narrative = given.get("narrative", "").strip()
    told = {} if kind in FREE else {key: given.get(key, "").strip() for key in asked_fields(kind, on=on)}
    errors = _errors(kind, {**told, "narrative": narrative}, on=on)
    kept: dict[str, Any] = {key: text[:PROSE_MAX] for key, text in told.items() if text}
    if "causes" in kept:
        kept["causes"] = [part for part in kept["causes"].replace(",", " ").upper().split() if part]
    harm = harms().get(given.get("harm", ""))
    if kind == "follow_up" and harm is not None and harm.codes:
        kept |= {"effects": list(harm.codes), "event_type": harm.event_type}
    return Document(kept, narrative, errors)


def asked_fields(kind: str, *, on: date) -> dict[str, FormField]:
    """The fields of the form in force on a day that only a person can fill, in the form's order."""
    edition = edition_or_last(KINDS[kind], on)
    asked = ASKED.get(kind, frozenset())
    return {key: field for key, field in edition.fields.items() if not field.fact or key in asked}


def _errors(kind: str, told: Mapping[str, str], *, on: date) -> dict[str, str]:
    wrong = {key: _("Fill this in.") for key in NEEDED[kind] if not told.get(key)}
    fields = {} if kind in FREE else asked_fields(kind, on=on)
    for key, field in fields.items():
        if field.kind == "date" and told.get(key) and as_day(told[key]) is None:
            wrong[key] = _("Write a day that exists.")
    long = {key for key, text in told.items() if len(text) > PROSE_MAX}
    return wrong | {key: _("At most %(n)s characters.") % {"n": PROSE_MAX} for key in long}


def _input(key: str, field: FormField, value: str, error: str) -> Input:
    label, note = said(field.label), said(field.note) if field.note else ""
    marks = [status_state(field.status)]
    if field.kind == "narrative":
        return prose(key, label, value=value, error=error, longest=PROSE_MAX, hint=note, marks=marks)
    if field.kind == "date":
        return day(key, label, value=value, error=error, hint=note, marks=marks)
    return line(key, label, value=value, error=error, hint=note, longest=LINE_MAX, marks=marks)


def _codes(key: str, field: FormField, given: Mapping[str, str], error: str) -> Picker:
    """Codes are looked for by words and ticked; nobody has to know them by heart."""
    words = given.get(f"{key}-words", "")[:WORDS]
    hint = _("Look for a word of the finding or of the conclusion, then tick what fits.")
    return picker(
        key, given.get(key, "").split(), words, language(), annex=CODES[key], label=said(field.label),
        hint=hint, error=error,
    )  # fmt: skip


def _free(kind: str, given: Mapping[str, str], errors: Mapping[str, str]) -> list[Input]:
    """A document that is mostly words; a follow-up may say that the harm was graver than known."""
    words = prose("narrative", _("What you have to say"), value=given.get("narrative", ""),
                  error=errors.get("narrative", ""), longest=PROSE_MAX, hint=careful())  # fmt: skip
    if kind != "follow_up":
        return [words]
    harm = {"": _("nothing new about harm")} | {key: each.label for key, each in harms().items()}
    chosen = [given.get("harm", "")]
    hint = _("Something graver than known starts the shorter clock from today.")
    return [words, boxes("harm", _("Is more known about harm?"), harm, chosen, many=False, hint=hint)]
