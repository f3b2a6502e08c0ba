# SPDX-License-Identifier: Apache-2.0
"""What is doubtful in a filled month: by the order's own field list, before anybody signs it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec
import yaml

from nadzor.base.identifiers import registration_number_ok
from nadzor.base.problems import Text
from nadzor.statutory.month import Line, MonthReport


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is checked: the field it is about, whether it stops the sending, and its words."""

    field: str
    blocks: bool
    text: Text


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """One doubt about a report: about its facts when version and site are empty, else about that line."""

    code: str
    field: str
    blocks: bool
    text: Text
    version: str = ""
    site: str = ""


@cache
def checks() -> dict[str, Check]:
    """Every check, by its code."""
    page = files("nadzor.statutory").joinpath("checks.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Check])


def doubts(report: MonthReport) -> list[Doubt]:
    """Everything doubtful about a report that its edition asks for; empty when it can go to signing as it is.

    Law: Order 4472, checks of its field list as far as known; a draft edition answers "who would fail?".
    """
    found = [_doubt(code) for code in _of_facts(report)]
    found += [_doubt(code, line) for line in report.lines for code in _of_line(line)]
    return [doubt for doubt in found if doubt.field in report.edition.fields]


def _of_facts(report: MonthReport) -> Iterator[str]:
    device = report.device
    if not (device.name.ru.strip() and device.name.en.strip()):
        yield "name-missing"
    if not registration_number_ok(device.number):
        yield "number-unusual"
    if device.registered_on >= report.month.after:
        yield "registered-later"
    if not report.lines:
        yield "nothing-received"


def _of_line(line: Line) -> Iterator[str]:
    if line.registered is False:
        yield "version-unregistered"
    if line.registered is None:
        yield "version-not-stated"
    if not line.site:
        yield "site-missing"
    if min(line.attempts, line.studies, line.declined, *line.errors.values()) < 0:
        yield "count-negative"
    if line.errors["processing"] > line.attempts:
        yield "errors-beyond-attempts"


def _doubt(code: str, line: Line | None = None) -> Doubt:
    check = checks()[code]
    return Doubt(
        code=code,
        field=check.field,
        blocks=check.blocks,
        text=check.text,
        version=line.version if line else "",
        site=line.site if line else "",
    )
