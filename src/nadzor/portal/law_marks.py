# SPDX-License-Identifier: Apache-2.0
"""A rule beside an answer: what it says, the chip that leads to it, how well it is known."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from django.urls import Resolver404, resolve, reverse
from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.law.load import norm
from nadzor.law.norm import Status
from nadzor.law.wording import limit
from nadzor.portal.norm_words import status_state
from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import day, reference, said
from nadzor.procedures.rules.rule import Rule


class RuleSheet(Struct, frozen=True):
    """A rule as pages print it."""

    says: str
    chip: Chip
    known: State
    since: str


class Link(Struct, frozen=True):
    """A way on: its words, what it is for, where it leads."""

    label: str
    href: str
    note: str = ""


class Cited(Protocol):
    """Whatever stands on a norm: its key, its citation, how well it is known."""

    @property
    def key(self) -> str: ...

    @property
    def cite(self) -> str: ...

    @property
    def status(self) -> Status: ...


def rule_sheet(rule: Rule) -> RuleSheet:
    """A rule with its text, its chip and its mark."""
    return RuleSheet(
        rule_words(rule.key, rule.since), norm_mark(rule), status_state(rule.status), day(rule.since)
    )


def rule_words(key: str, since: date) -> str:
    """What a rule says in the edition that begins on a day: its text, or the question and the answer."""
    found = norm(key, since)
    if isinstance(found.value, Text):
        return said(found.value)
    return f"{said(found.what)} {sentence(said(limit(found)))}"


def sentence(text: str) -> str:
    """Words that begin with a capital letter."""
    return text[:1].upper() + text[1:]


def norm_mark(cited: Cited) -> Chip:
    """The chip of a norm that leads to its page."""
    return Chip(reference(cited.cite), reverse("norm", args=[cited.key]), is_internal=cited.status == "house")


def norm_href(key: str, on: date) -> str:
    """The page of a norm, asked about a day."""
    return f"{reverse('norm', args=[key])}?start={on.isoformat()}"


def open_links(links: list[Link]) -> list[Link]:
    """Those of the links that lead to a page of this portal."""
    return [link for link in links if _is_page(link.href)]


def _is_page(href: str) -> bool:
    try:
        resolve(href.partition("?")[0])
    except Resolver404:
        return False
    return True
