# SPDX-License-Identifier: Apache-2.0
"""Refusals, and the one catalogue that says what each means and what to do about it.

Each room keeps its codes in `<room>.yaml` beside this file: code -> {status, title, do, cite}.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages

Language = Literal["ru", "en"]
MEDIA_TYPE: Final = "application/problem+json"


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """The same sentence in both languages."""

    ru: str
    en: str

    def in_language(self, lang: str) -> str:
        """English when asked for, Russian otherwise."""
        return self.en if lang == "en" else self.ru


class Problem(Struct, frozen=True, forbid_unknown_fields=True):
    """One catalogued way of being wrong."""

    status: int
    title: Text
    do: Text
    cite: str | None = None


class Refusal(Exception):
    """The outside is wrong: a code, the place, and facts that are safe to show.

    Why: facts reach answers and logs, so they hold counts, limits and codes, never a value somebody sent.
    """

    def __init__(self, code: str, at: str | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.at = at
        self.facts: Mapping[str, Any] = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        parts = (self.code, self.at and f"at {self.at}", told and f"({told})")
        return " ".join(part for part in parts if part)


@cache
def catalogue() -> Mapping[str, Problem]:
    """Every code of every room.

    Raises: ValueError when two rooms claim one code.
    """
    found: dict[str, Problem] = {}
    for page in sorted(files(__name__).iterdir(), key=lambda page: page.name):
        if not page.name.endswith(".yaml"):
            continue
        entries = msgspec.convert(yaml_pages.page(page.read_text("utf-8")) or {}, dict[str, Problem])
        if twice := found.keys() & entries.keys():
            raise ValueError(f"{page.name} repeats codes of another room: {sorted(twice)}")
        found |= entries
    return found


def problem(code: str) -> Problem:
    """The catalogue's entry for a code.

    Raises: LookupError for a code nobody catalogued: that is a bug of ours, not of the sender.
    """
    try:
        return catalogue()[code]
    except KeyError:
        raise LookupError(f"problem code {code!r} is not in the catalogue") from None


def title(refusal: Refusal, lang: str) -> str:
    """What went wrong, with the refusal's facts filled in."""
    return problem(refusal.code).title.in_language(lang).format_map(_Facts(refusal.facts))


def document(refusal: Refusal, lang: str = "ru") -> dict[str, Any]:
    """The problem document that a door sends.

    Method: RFC 9457; the facts become extension members, which never replace a member of ours.
    """
    entry = problem(refusal.code)
    page: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "status": entry.status,
        "title": title(refusal, lang),
        "code": refusal.code,
        "do": entry.do.in_language(lang).format_map(_Facts(refusal.facts)),
    }
    optional = {"at": refusal.at, "cite": entry.cite}
    page |= {name: value for name, value in optional.items() if value is not None}
    return dict(refusal.facts) | page


def preferred_language(accept: str | None) -> Language:
    """The language of an `Accept-Language` header: Russian unless English is wanted more."""
    weight = {"ru": 0.0, "en": 0.0}
    for item in (accept or "").lower().split(","):
        tag, _, quality = item.strip().partition(";q=")
        if (language := tag[:2]) in weight:
            weight[language] = max(weight[language], _quality(quality))
    return "en" if weight["en"] > weight["ru"] else "ru"


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


class _Facts(dict[str, Any]):
    """Facts for a sentence; a missing one becomes an ellipsis, because an answer must not fail."""

    def __missing__(self, name: str) -> str:
        return "…"
