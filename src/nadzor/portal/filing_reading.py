# SPDX-License-Identifier: Apache-2.0
"""What a page of the form brought: a patch of the form, and what cannot be read, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.filing_entry import entry_value
from nadzor.portal.filing_fields import UNTIL
from nadzor.portal.filing_pages import Page
from nadzor.portal.filing_rows import EVIDENCE, PAYMENT, kind_of, typed_rows
from nadzor.procedures.rules.checklist import FormItem
from nadzor.register.filing_form import TWINS

TRUTH = {"yes": True, "no": False}
DAYS = frozenset({"issued", "until", "paid_on"})
DIGITS_MAX = 9


class Brought(Struct, frozen=True):
    """The patch, and what is wrong by the field's name."""

    patch: dict[str, Any]
    errors: dict[str, str]


class Unreadable(Exception):
    """A value that no field of its kind can hold."""


def brought(page: Page, given: QueryDict, form: Mapping[str, Any]) -> Brought:
    """Everything the page brought."""
    patch: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, path, kind in _plain(page):
        try:
            put(patch, path, _value(kind, given.get(name, "").strip()))
        except Unreadable as error:
            errors[name] = str(error)
    for name in page.fields:
        put(patch, tuple(name.split(".")), entry_value(name, given))
    patch |= _rows(page, given, form, errors)
    return Brought(patch, errors)


def field_of(at: str, page: Page) -> str:
    """The field that a refusal of the whole form speaks of; empty when it is not on this page."""
    place = at.removeprefix("$.form.").partition("[")[0]
    twins = (".".join(key) for key, path in TWINS.items() if ".".join(path) == place)
    names = {*(item.key for item in page.items), *page.fields}
    found = (place, place.removeprefix("ticks."), *twins)
    return next((name for name in found if name in names), "")


def put(patch: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value at its place of the patch."""
    for key in path[:-1]:
        patch = patch.setdefault(key, {})
    patch[path[-1]] = value


def _plain(page: Page) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Fields of one value each: name, place, kind."""
    for item in page.items:
        if item.kind in ("field", "plan", "points", "place"):
            yield item.key, _path(item), item.input
        if item.key == "powers.issued":
            yield UNTIL, ("powers", "until"), "date"


def _path(item: FormItem) -> tuple[str, ...]:
    if item.at.startswith("$.ticks["):
        return ("ticks", item.key)
    return tuple(item.at.removeprefix("$.").split("."))


def _value(kind: str, text: str) -> Any:
    if not text:
        return None
    if kind == "yes_no":
        return TRUTH.get(text)
    if kind == "date":
        return _day(text)
    return _whole(text) if kind == "number" else text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Unreadable(_("Write the day as year-month-day, for example 2026-11-20.")) from None


def _whole(text: str) -> int:
    digits = "".join(text.split())
    if not digits.isdecimal() or len(digits) > DIGITS_MAX:
        raise Unreadable(_("Write a whole number in digits."))
    return int(digits)


def _rows(page: Page, given: QueryDict, form: Mapping[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    keys = [item.key for item in page.items if item.kind == "evidence"]
    patch: dict[str, Any] = {}
    if keys:
        kinds = {kind_of(key) for key in keys}
        kept = [row for row in form.get("evidence") or () if row.get("kind") not in kinds]
        read = [{"kind": kind_of(key)} | row for key in keys for row in _read(key, given, EVIDENCE, errors)]
        patch["evidence"] = [*kept, *read]
    for key in (item.key for item in page.items if item.kind == "payment"):
        patch["payments"] = _read(key, given, PAYMENT, errors)
    return patch


def _read(key: str, given: QueryDict, names: tuple[str, ...], errors: dict[str, str]) -> list[dict[str, Any]]:
    found = []
    for prefix, row in typed_rows(key, given, names):
        told: dict[str, Any] = {}
        for name, text in row.items():
            kind = "date" if name in DAYS else "number" if name == "amount" else "text"
            try:
                value = _value(kind, text)
            except Unreadable as error:
                errors[f"{prefix}-{name}"] = str(error)
                continue
            if value is not None:
                told[name] = value
        found.append(told)
    return found
