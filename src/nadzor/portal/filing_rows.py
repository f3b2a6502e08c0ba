# SPDX-License-Identifier: Apache-2.0
"""Things of which an application holds several: reports of trials and inspections, payments of state duty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from nadzor.portal.filing_marks import mark_chip, marks
from nadzor.portal.filing_records import body_label
from nadzor.portal.inputs import Input, Rows, day, line, select
from nadzor.portal.law_marks import sentence
from nadzor.portal.words import day as day_words
from nadzor.portal.words import said
from nadzor.procedures.rules.checklist import FormItem, checklist
from nadzor.register.filing_cards import FilingCard

EVIDENCE: Final = ("body", "name", "number", "issued", "until")
PAYMENT: Final = ("order", "paid_on", "amount")
ROWS_MAX: Final = 20


def evidence_rows(
    item: FormItem, card: FilingCard, given: QueryDict | None, errors: Mapping[str, str]
) -> Rows:
    """Reports of one kind: who made them, number and days."""
    kind = kind_of(item.key)
    kept = [row for row in card.form.get("evidence") or () if row.get("kind") == kind]
    bodies = {"": _("choose a body")} | {choice.key: said(choice.label) for choice in item.choices}
    return Rows(
        name=item.key,
        label=sentence(said(item.label)),
        hint=said(item.hint),
        rows=[_evidence(name, row, bodies, errors) for name, row in _shown(item.key, kept, given, EVIDENCE)],
        chip=mark_chip(item),
        marks=marks(item),
        known=[_recorded(each) for each in card.evidence if each.kind == kind],
    )


def payment_rows(
    item: FormItem, card: FilingCard, given: QueryDict | None, errors: Mapping[str, str]
) -> Rows:
    """Payments: number and day of the order, roubles."""
    kept = card.form.get("payments") or ()
    return Rows(
        name=item.key,
        label=sentence(said(item.label)),
        hint=said(item.hint),
        rows=[_payment(name, row, errors) for name, row in _shown(item.key, kept, given, PAYMENT)],
        chip=mark_chip(item),
        marks=marks(item),
    )


def kind_of(key: str) -> str:
    """The kind of evidence an item of the checklist asks for."""
    return checklist().items[key].evidence or key


def typed_rows(key: str, given: QueryDict, names: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """The rows a form brought, each under its prefix; empty ones are left out."""
    found = []
    for place in range(ROWS_MAX):
        prefix = f"{key}-{place}"
        row = {name: given.get(f"{prefix}-{name}", "").strip() for name in names}
        if any(row.values()):
            found.append((prefix, row))
    return found


def _shown(
    key: str, kept: Sequence[Mapping[str, Any]], given: QueryDict | None, names: Sequence[str]
) -> list[tuple[str, Mapping[str, Any]]]:
    """The rows of a page: those typed or kept, and an empty one."""
    if given is not None:
        rows: list[tuple[str, Mapping[str, Any]]] = [*typed_rows(key, given, names)]
    else:
        rows = [(f"{key}-{place}", row) for place, row in enumerate(kept)]
    taken = {prefix for prefix, _row in rows}
    empty = next(f"{key}-{place}" for place in range(ROWS_MAX + 1) if f"{key}-{place}" not in taken)
    return [*rows, (empty, {})] if len(rows) < ROWS_MAX else rows


def _evidence(
    name: str, row: Mapping[str, Any], bodies: Mapping[str, str], errors: Mapping[str, str]
) -> list[Input]:
    def told(field: str) -> dict[str, str]:
        return {"value": str(row.get(field) or ""), "error": errors.get(f"{name}-{field}", "")}

    return [
        select(
            f"{name}-body",
            _("By whom"),
            bodies,
            str(row.get("body") or ""),
            error=errors.get(f"{name}-body", ""),
        ),
        line(f"{name}-name", _("Its name and the number of its entry"), longest=500, **told("name")),
        line(f"{name}-number", _("Number of the report"), **told("number")),
        day(f"{name}-issued", _("Day of the report"), **told("issued")),
        day(f"{name}-until", _("Valid until, if it says so"), **told("until")),
    ]


def _payment(name: str, row: Mapping[str, Any], errors: Mapping[str, str]) -> list[Input]:
    def told(field: str) -> dict[str, str]:
        return {"value": str(row.get(field) or ""), "error": errors.get(f"{name}-{field}", "")}

    return [
        line(f"{name}-order", _("Number of the payment order"), **told("order")),
        day(f"{name}-paid_on", _("Day of payment"), **told("paid_on")),
        line(f"{name}-amount", _("Roubles"), mode="numeric", **told("amount")),
    ]


def _recorded(each: Any) -> str:
    facts = {"body": body_label(each.body), "number": each.number, "day": day_words(each.day)}
    return _("Recorded already: %(body)s, No. %(number)s of %(day)s") % facts
