# SPDX-License-Identifier: Apache-2.0
"""The pages of an application's form: those of the checklist, and one for what the register will say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.words import said
from nadzor.procedures.rules.checklist import FormItem, checklist, steps
from nadzor.procedures.rules.dossier import Dossier
from nadzor.register.filing_cards import FilingCard

ENTRY: Final = "entry"
FIRST: Final = "start"
ROUTE: Final = "route"
CURRENT: Final = "product.version"  # of a version amendment: the register knows it
NEW: Final = ("name.en", "intended_use.en", "field", "solution_type", "modality", "released_on", "builds")
#: What the register's entry needs besides the checklist, by procedure.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "registration_simplified": NEW,
    "registration_accelerated": ("expert_body", *NEW),
    "amendment_new_registration": ("summary", *NEW),
    "amendment_version": ("released_on", "builds", "summary"),
    "amendment_plain": ("changes", "summary", "name.en", "maker.name.ru", "maker.name.en"),
    "amendment_expertise": (
        "changes", "summary", "name.en", "intended_use.ru", "intended_use.en", "field", "solution_type",
        "modality",
    ),
}  # fmt: skip
DOCUMENTS: Final = "documents"
#: Papers that an application may hold besides the checklist's, by page.
PAPERS: Final[Mapping[str, tuple[str, ...]]] = {
    DOCUMENTS: ("application", "signature", "other"),
    "payment": ("duty_order",),
}
PROOF: Final = "change_evidence"  # what an amendment is proved by


class Page(Struct, frozen=True, kw_only=True):
    """One page of the form: items of the checklist, fields of the entry, papers besides."""

    key: str
    title: str
    items: Sequence[FormItem] = ()
    fields: Sequence[str] = ()
    papers: Sequence[str] = ()


def pages(card: FilingCard, dossier: Dossier, on: date) -> list[Page]:
    """Every page of this application, in the order a person fills them."""
    listed = {step.key: step.items for step in steps(dossier, on)}
    fields = FIELDS.get(card.row.procedure, ("summary",))
    known = {ROUTE, CURRENT} if card.row.procedure == "amendment_version" else {ROUTE}
    return [
        Page(
            key=key,
            title=page_title(key),
            items=[item for item in listed.get(key, ()) if item.key not in known],
            fields=fields if key == ENTRY else (),
            papers=_papers(card, key),
        )
        for key in _keys(listed)
    ]


def page_title(key: str) -> str:
    """What a page is called."""
    return _("The entry in the register") if key == ENTRY else said(checklist().steps[key])


def page_of(found: Sequence[Page], key: str) -> Page | None:
    """A page by its key; the first one for `start`."""
    return found[0] if key == FIRST else next((page for page in found if page.key == key), None)


def after(found: Sequence[Page], page: Page) -> Page | None:
    """The page that follows; none after the last."""
    place = found.index(page) + 1
    return found[place] if place < len(found) else None


def stored(form: Mapping[str, Any], path: str) -> Any:
    """What a form holds at a dotted path."""
    value: Any = form
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _keys(listed: Mapping[str, object]) -> list[str]:
    found = [key for key in checklist().steps if key in listed or key == DOCUMENTS]
    place = found.index("product") + 1 if "product" in found else 0
    return [*found[:place], ENTRY, *found[place:]]


def _papers(card: FilingCard, key: str) -> tuple[str, ...]:
    amends = card.row.procedure.startswith("amendment")
    return ((PROOF,) if amends and key == DOCUMENTS else ()) + PAPERS.get(key, ())
