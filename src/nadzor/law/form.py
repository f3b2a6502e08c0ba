# SPDX-License-Identifier: Apache-2.0
"""Statutory forms: which fields an order asks for, by edition, and how surely we know each."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.law.faults import check_faults, span_faults
from nadzor.law.load import in_force, yaml_texts
from nadzor.law.norm import NormMissing, Span, Status
from nadzor.workdays.calendar import Checked

FieldKind = Literal[
    "text", "date", "count", "interval", "counts", "identifier", "choice", "codes", "narrative"
]  # fmt: skip


class FormField(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of a form.  `number` is its line in the order's field list as we know it.

    `fact` names what of the house's own knowledge fills it; empty where only a person can.
    """

    number: int
    label: Text
    kind: FieldKind
    cite: str
    status: Status
    note: Text | None = None
    fact: str = ""


class Force(Span, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Days during which an edition is in force, with the citation that says so."""

    cite: str
    status: Status


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition of a form: what it is, when it is in force (a draft: never), its fields in order."""

    what: Text
    in_force: tuple[Force, ...]
    fields: tuple[str, ...]

    @property
    def is_draft(self) -> bool:
        """Whether this edition is good for dry runs only.

        Law: a draft binds nobody.
        """
        return not self.in_force


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statutory form: its order, its fields, its editions."""

    form: str
    title: Text
    cite: str
    fields: dict[str, FormField]
    editions: dict[str, Edition]
    checked: Checked
    note: Text | None = None


class FormEdition(msgspec.Struct, frozen=True, kw_only=True):
    """An edition chosen for a day or by name, with its fields looked up and the status of its force.

    `lapsed`: asked for a day on which it is in force no more.
    """

    form: str
    edition: str
    title: Text
    cite: str
    status: Status
    fields: dict[str, FormField]
    draft: bool
    lapsed: bool = False


def form_faults(form: Form) -> list[str]:
    """What is wrong with a form: unknown or repeated fields, overlapping editions, no review date.

    Law: our own rule: an edition asks only for fields that are described.
    """
    spans = sorted((f for e in form.editions.values() for f in e.in_force), key=lambda force: force.start)
    found = span_faults(spans) + check_faults(form.checked)
    for name, edition in form.editions.items():
        found += [f"{name} asks for unknown field {key}" for key in edition.fields if key not in form.fields]
        if len(set(edition.fields)) != len(edition.fields):
            found.append(f"{name} repeats a field")
    return found


def parse_form(text: str) -> Form:
    """Read one form and refuse it unless its editions add up.

    Law: the order named in the file.
    Raises: ValueError naming everything that is wrong.
    """
    form = msgspec.convert(yaml_pages.page(text), Form)
    if wrong := form_faults(form):
        raise ValueError(f"{form.form}: " + "; ".join(wrong))
    return form


@cache
def forms() -> dict[str, Form]:
    """Every form in the house, by key.

    Law: forms/*.yaml.
    """
    return {form.form: form for form in map(parse_form, yaml_texts("forms"))}


def edition_on(key: str, on: date) -> FormEdition:
    """The edition of a form in force on a day: for a period, its first day.

    Law: the edition follows the day the clock starts.
    Raises: NormMissing when no edition is in force.
    """
    form = forms()[key]
    for name, edition in form.editions.items():
        if force := in_force(edition.in_force, on):
            return _chosen(form, name, force.cite, force.status)
    raise NormMissing(key, on)


def edition_or_last(key: str, on: date) -> FormEdition:
    """The edition of a form in force on a day, else the one that lapsed last before it, which then says so.

    Law: nobody stops writing down what happened because the sample form has lapsed.
    Raises: NormMissing for a day before any edition.
    """
    try:
        return edition_on(key, on)
    except NormMissing:
        ended = [
            (force.until, name, force)
            for name, edition in forms()[key].editions.items()
            for force in edition.in_force
            if force.until is not None and force.until <= on
        ]
        if not ended:
            raise
        _, name, force = max(ended, key=lambda one: one[0])
        return msgspec.structs.replace(_chosen(forms()[key], name, force.cite, force.status), lapsed=True)


def edition_named(key: str, edition: str) -> FormEdition:
    """An edition by name, in force or not: a draft can be dry-run.

    Law: the edition's own text; a draft binds nobody.
    Raises: KeyError for a name the form does not have.
    """
    form = forms()[key]
    if not form.editions[edition].in_force:
        return _chosen(form, edition, form.cite, "unverified")
    force = form.editions[edition].in_force[-1]
    return _chosen(form, edition, force.cite, force.status)


def _chosen(form: Form, name: str, cite: str, status: Status) -> FormEdition:
    edition = form.editions[name]
    return FormEdition(
        form=form.form, edition=name, title=form.title, cite=cite, status=status, draft=edition.is_draft,
        fields={key: form.fields[key] for key in edition.fields},
    )  # fmt: skip
