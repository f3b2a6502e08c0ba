# SPDX-License-Identifier: Apache-2.0
"""Letters by their templates: which move writes which, in both languages, resting on which norms."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml

from nadzor.base.problems import Text
from nadzor.law.citation import in_russian
from nadzor.procedures.clocks import Run
from nadzor.register.filing_words import filled
from nadzor.workdays.spoken import plain


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of letter: the verbs that write it, whom it goes to, its words and its norms."""

    verbs: tuple[str, ...]
    to: Literal["applicant", "maker", "expert", "head", "prosecutor"]
    title: Text
    text: Text
    cites: tuple[str, ...]
    clock: str = ""


@cache
def templates() -> dict[str, Template]:
    """Every kind of letter, as letters.yaml keeps them."""
    page = files("nadzor.register").joinpath("letters.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Template])


def letter_of(procedure: str, verb: str) -> tuple[str, Template] | None:
    """The kind of letter a move writes; a template of the procedure's own wins."""
    own, plain = f"{procedure}.{verb}", verb
    by_verb = {key: (kind, page) for kind, page in templates().items() for key in page.verbs}
    return by_verb.get(own) or by_verb.get(plain)


def due_words(run: Run | None) -> Text:
    """The last day of a clock with its norm, or why there is none; nothing without a clock."""
    if run is None:
        return Text(ru="", en="")
    if run.due is None:
        why = run.why or Text(ru="срок неизвестен", en="the limit is unknown")
        return Text(ru=f"Последний день не назван: {why.ru}.", en=f"No last day can be given: {why.en}.")
    cite = run.norm.cite if run.norm else ""
    mark = run.norm is not None and run.norm.status == "unverified"
    unsure = Text(ru=" (не проверено)", en=" (unverified)") if mark else Text(ru="", en="")
    if run.norm is not None and run.norm.status == "house":
        unsure = Text(ru=" — внутренний срок, не закон", en=": our own term, not law")
    return Text(
        ru=f"Последний день: {day_words(run.due).ru} ({in_russian(cite)}){unsure.ru}.",
        en=f"The last day is {day_words(run.due).en} ({cite}){unsure.en}.",
    )


def day_words(day: date) -> Text:
    """A day as a letter writes it."""
    return plain(day)


def written(page: Template, **facts: object) -> tuple[Text, Text]:
    """Title and text with their gaps filled, blank paragraphs taken out."""
    title, text = filled(page.title, **facts), filled(page.text, **facts)
    return title, Text(ru=_tidy(text.ru), en=_tidy(text.en))


def _tidy(text: str) -> str:
    parts = [part.strip() for part in text.split("\n\n")]
    return "\n\n".join(part for part in parts if part)
