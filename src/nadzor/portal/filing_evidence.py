# SPDX-License-Identifier: Apache-2.0
"""The form that adds a record of a trial, an inspection or an act to a filing, and what came back from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _

from nadzor.actions.add_evidence import EvidenceRecord
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.portal.filing_moves import Typed
from nadzor.portal.inputs import Input, day, line, prose, select
from nadzor.portal.law_marks import sentence
from nadzor.portal.words import said
from nadzor.register.bodies import able
from nadzor.register.filing_cards import FilingCard
from nadzor.register.filing_permissions import Whose, may_record_evidence
from nadzor.register.filing_rows import HOUSE
from nadzor.register.filing_words import filing_words

FORM: Final = "evidence"
OTHER: Final = "other-body"


def evidence_inputs(who: Person | None, card: FilingCard, typed: Typed) -> list[Input]:
    """The form's fields, for the kinds this person may record; none for others and for a closed filing."""
    kinds = open_kinds(who, card)
    if not kinds:
        return []
    given, errors = (typed.given, typed.errors) if typed.form == FORM else (QueryDict(), {})
    return _fields(card, kinds, given, errors)


def open_kinds(who: Person | None, card: FilingCard) -> list[str]:
    """The kinds of evidence this person may record here."""
    if not card.row.open:
        return []
    whose = whose_of(card)
    return [kind for kind in filing_words().evidence if may_record_evidence(who, kind, whose)]


def whose_of(card: FilingCard) -> Whose:
    """What permissions ask of a filing."""
    row = card.row
    return Whose(
        procedure=row.procedure, maker=row.maker.code, applicant=row.applicant.code if row.applicant else "",
        expert=row.expert.code if row.expert else "", filed=row.filed_on is not None,
        house=row.channel == HOUSE,
    )  # fmt: skip


def record_of(given: QueryDict) -> EvidenceRecord:
    """The record that the form brought.

    Raises: Refusal filing.evidence-malformed naming the field.
    """
    body = given.get("body", "")
    told = {name: given.get(name, "").strip() for name in ("kind", "number", "outcome", "text")}
    days = {name: value for name in ("day", "valid_until") if (value := given.get(name, "").strip())}
    if "day" not in days:
        raise Refusal("filing.evidence-malformed", "$.day", fields="day")
    fields = told | days | {"body": given.get(OTHER, "").strip() if body == OTHER else body}
    try:
        return msgspec.convert(fields, EvidenceRecord, strict=False)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("`$.")[2].strip("`") or "kind"
        raise Refusal("filing.evidence-malformed", f"$.{place}", fields=place) from error


def _fields(card: FilingCard, kinds: list[str], given: QueryDict, errors: Mapping[str, str]) -> list[Input]:
    pages = filing_words()
    names = {kind: sentence(said(pages.evidence[kind])) for kind in kinds}
    outcomes = {key: sentence(said(text)) for key, text in pages.outcomes.items()}
    exactly = _("For a laboratory or a clinic: its name and the number of its entry in the list.")

    def typed(name: str) -> dict[str, str]:
        return {"value": given.get(name, ""), "error": errors.get(name, "")}

    def chosen(name: str, default: str = "") -> str:
        return str(given.get(name, default))

    ending = chosen("outcome", "none")
    return [
        select("kind", _("What is recorded"), names, chosen("kind"), error=errors.get("kind", "")),
        select("body", _("By whom"), _bodies(card, kinds), chosen("body"), error=errors.get("body", "")),
        line(OTHER, _("Another body, if it is not on the list"), longest=64, **typed(OTHER)),
        line("number", _("Number of the document"), longest=100, **typed("number")),
        day("day", _("Day of the document"), **typed("day")),
        day("valid_until", _("Valid until, if it says so"), **typed("valid_until")),
        select("outcome", _("Conclusion"), outcomes, ending, error=errors.get("outcome", "")),
        prose("text", _("Who exactly, and what was found"), hint=exactly, **typed("text")),
    ]


def _bodies(card: FilingCard, kinds: list[str]) -> dict[str, str]:
    found = {body.code: said(body.name) for kind in kinds for body in able(kind, card.row.procedure)}
    return found | {OTHER: _("another body")}
