# SPDX-License-Identifier: Apache-2.0
"""What an act costs: state duties item by item, each with its norm, and what is paid apart."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Refusal, Text
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing, Status
from nadzor.procedures.rules.rule import Edition, RiskClass

Act = Literal["registration", "amendment_version", "amendment_plain", "amendment_expertise"]
ACTS: tuple[Act, ...] = get_args(Act)


class Charge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is paid for.

    `apart`: by contract, outside the total.  `disputed`: the norm that tells what the sources say instead.
    """

    norm: str
    what: Text
    apart: Text | None = None
    disputed: str = ""


class Priced(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An act and what is paid for it."""

    name: Text
    items: tuple[str, ...]


class Tariff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which acts ask for which charges."""

    acts: dict[Act, Priced]
    items: dict[str, Charge]
    notes: dict[str, Text]


class BillItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line: what for, how much, and where that is written.  `amount` is in roubles."""

    what: Text
    amount: int | None
    cite: str
    status: Status
    key: str
    fact: str
    since: date
    disputed: Text | None = None
    apart: Text | None = None


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What an act costs on a day.

    `complete`: all of it is known and nothing is paid beyond the total.  `confirmed`: by the law's own text.
    """

    act: Act
    name: Text
    risk_class: RiskClass | None = msgspec.field(name="class")
    on: date
    items: tuple[BillItem, ...]
    total: int | None
    complete: bool
    confirmed: bool
    notes: tuple[Text, ...]
    rules: tuple[Edition, ...]


@cache
def tariff() -> Tariff:
    """Which acts ask for which charges; the amounts are norms.

    Law: Tax Code art. 333.32.2.
    """
    page = files("nadzor.procedures.rules").joinpath("duties.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Tariff)


def read_act(text: str) -> Act:
    """An act as a person types it.

    Law: none; names only.
    Raises: Refusal rules.act-unknown.
    """
    found = next((each for each in ACTS if each == text.strip().lower().replace("-", "_")), None)
    if found is None:
        raise Refusal("rules.act-unknown", "$.act", known=", ".join(ACTS))
    return found


def duty(act: Act, risk_class: RiskClass | None, on: date) -> Bill:
    """What an act costs on a day for software of a class.

    Law: Tax Code art. 333.32.2 (F-01, F-02, F-04..F-06); Order 1386n for tests and studies (F-03).
    Units: roubles.
    Raises: NormMissing when an amount is not known for that day; Refusal rules.class-needed.
    """
    lines = [tariff().items[name] for name in tariff().acts[act].items]
    if risk_class is None and any("{class}" in line.norm for line in lines):
        raise Refusal("rules.class-needed", "$.class", act=act)
    items = tuple(_item(line, risk_class, on) for line in lines)
    due = [item.amount for item in items if item.apart is None]
    total = sum(amount for amount in due if amount is not None) if None not in due else None
    return Bill(
        act=act, name=tariff().acts[act].name, risk_class=risk_class, on=on, items=items, total=total,
        complete=total is not None and len(due) == len(items), confirmed=_confirmed(items),
        notes=_notes(items), rules=tuple(sorted(Edition(item.key, item.since) for item in items)),
    )  # fmt: skip


def _item(line: Charge, risk_class: RiskClass | None, on: date) -> BillItem:
    try:
        found, disputed = norm(line.norm.format_map({"class": risk_class}), on), None
    except NormMissing as missing:
        if not line.disputed:
            raise
        found, disputed = norm(line.disputed, on), missing.why
    return BillItem(
        what=_named(line.what, risk_class),
        amount=found.number if disputed is None and line.apart is None else None,
        cite=found.cite, status=found.status, key=found.key, fact=found.fact, since=found.since,
        apart=line.apart, disputed=disputed,
    )  # fmt: skip


def _named(text: Text, risk_class: RiskClass | None) -> Text:
    told = {"class": risk_class}
    return Text(text.ru.format_map(told), text.en.format_map(told))


def _confirmed(items: tuple[BillItem, ...]) -> bool:
    return all(item.status in {"seed", "read"} and item.disputed is None for item in items)


def _notes(items: tuple[BillItem, ...]) -> tuple[Text, ...]:
    notes = tariff().notes
    found = [notes["apart"]] if any(item.apart for item in items) else []
    if any(item.disputed for item in items):
        found.append(notes["disputed"])
    elif not _confirmed(items):
        found.append(notes["unconfirmed"])
    return tuple(found)
