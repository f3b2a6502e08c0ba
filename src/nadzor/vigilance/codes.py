# SPDX-License-Identifier: Apache-2.0
"""The terminology of adverse events as others read it: our short list and the editions that were imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

from nadzor.base.problems import Refusal, Text
from nadzor.vigilance.code_cards import ANNEXES, CodeCard, own_cards, own_list
from nadzor.vigilance.code_search import ranked
from nadzor.vigilance.models import Code, CodeEdition

FOUND_MAX: Final = 50
CODES_MAX: Final = 40
Fate = Literal["same", "renamed", "redefined", "not-selectable", "withdrawn"]


class EditionCard(Struct, frozen=True):
    """One edition that can be read here; ours has no files."""

    name: str
    released: str
    terms: int
    codes: int
    is_ours: bool
    is_current: bool
    imported_at: str = ""
    digests: dict[str, str] = {}


class Later(Struct, frozen=True):
    """What became of a code in a later edition; a row keeps the code and edition it was given."""

    edition: str
    fate: Fate
    term: Text | None


def editions() -> tuple[EditionCard, ...]:
    """All editions, the newest release first, our own list last."""
    rows = sorted(CodeEdition.objects.all(), key=lambda row: (row.released, row.pk), reverse=True)
    current = rows[0].name if rows else own_list().edition
    ours = own_list()
    cards = [_edition(row, current) for row in rows]
    own = EditionCard(
        ours.edition, ours.released, len(ours.codes), len(ours.codes), is_ours=True, is_current=not rows
    )
    return (*cards, own)


def current_edition() -> str:
    """The edition that new rows are coded in: the newest imported one, or our own list."""
    rows = CodeEdition.objects.values_list("released", "pk", "name")
    return max(rows, default=("", 0, own_list().edition))[2]


def find_codes(
    words: str = "", *, annex: str = "", edition: str = "", lang: str = "ru", limit: int = FOUND_MAX
) -> list[CodeCard]:
    """Codes that answer some words, the likeliest first; those that cannot be chosen are among them.

    `annex` is one letter or several; without an edition, the newest of each annex and what our own list adds.
    Raises: Refusal vigilance.edition-unknown, vigilance.annex-unknown.
    """
    if set(annex) - set(ANNEXES):
        raise Refusal("vigilance.annex-unknown", may=", ".join(ANNEXES))
    if words.strip() and not any(map(str.isalnum, words)):
        return []
    wanted = [card for card in _shelf(edition).values() if not annex or card.annex in annex]
    return ranked(words, wanted, lang)[:limit]


def code(code: str, edition: str = "") -> CodeCard | None:
    """One code of an edition, however old; without an edition, the current one, then our own list.

    Raises: Refusal vigilance.edition-unknown.
    """
    return _shelf(edition).get(code.strip().upper())


def children(code: str, *, annex: str = "", edition: str = "") -> list[CodeCard]:
    """The codes right under one, in every branch it stands in; the tops of an annex for an empty code.

    Raises: Refusal vigilance.edition-unknown.
    """
    found = [card for card in _shelf(edition).values() if _stands_under(card, code)]
    return sorted((card for card in found if not annex or card.annex in annex), key=lambda card: card.code)


def counts_under(edition: str = "") -> dict[str, int]:
    """How many codes stand right under each, in every branch; none is named that has none.

    Raises: Refusal vigilance.edition-unknown.
    """
    return Counter(above for card in _shelf(edition).values() for above in _above(card))


def coded(codes: Iterable[str], *, annex: str) -> list[dict[str, str]]:
    """Codes a person has chosen, each with the edition it is taken from; a code said twice stands once.

    Raises: Refusal vigilance.code-unknown, vigilance.code-not-selectable, vigilance.codes-too-many.
    """
    asked = list(dict.fromkeys(one.strip().upper() for one in codes if one.strip()))
    if len(asked) > CODES_MAX:
        raise Refusal("vigilance.codes-too-many", limit=CODES_MAX)
    shelf = _shelf("")
    return [_chosen(place, shelf.get(one), annex) for place, one in enumerate(asked, start=1)]


def later(card: CodeCard) -> tuple[Later, ...]:
    """What later editions make of a code, the newest first.  Our own list has no later edition.

    An edition that came in without the annex of the code says nothing of it.
    """
    names = [found.name for found in editions() if not found.is_ours]
    if card.edition not in names:
        return ()
    newer = names[: names.index(card.edition)]
    return tuple(_later(card, name) for name in newer if card.annex in _annexes(_shelf(name)))


def _chosen(place: int, card: CodeCard | None, annex: str) -> dict[str, str]:
    if card is None or card.annex not in annex:
        raise Refusal("vigilance.code-unknown", place=place, annex=", ".join(annex))
    if not card.selectable:
        raise Refusal("vigilance.code-not-selectable", chosen=card.code)
    return {"code": card.code, "edition": card.edition}


def _later(card: CodeCard, edition: str) -> Later:
    found = _shelf(edition).get(card.code)
    if found is None:
        return Later(edition, "withdrawn", None)
    if card.selectable and not found.selectable:
        return Later(edition, "not-selectable", found.term)
    if found.term.en != card.term.en:
        return Later(edition, "renamed", found.term)
    return Later(edition, "same" if found.definition == card.definition else "redefined", found.term)


def _stands_under(card: CodeCard, code: str) -> bool:
    if not code:
        return not card.parent
    return code in _above(card)


def _above(card: CodeCard) -> set[str]:
    """The codes it stands right under."""
    return {step for place in card.places for step in place.split("|")[-2:-1]}


def _shelf(edition: str) -> Mapping[str, CodeCard]:
    """The codes of an edition; without a name, the newest of each annex and what our own list adds."""
    if not edition:
        return {**own_cards(), **_newest(current_edition())}
    if edition == own_list().edition:
        return own_cards()
    row = CodeEdition.objects.filter(name=edition).first()
    if row is None:
        raise Refusal("vigilance.edition-unknown")
    return _imported(edition, tuple(sorted(row.digests.values())))


def _newest(current: str) -> Mapping[str, CodeCard]:
    """The current edition, and of the annexes that came in without it the newest edition that has them."""
    found = _shelf(current)
    if _annexes(found) == set(ANNEXES):
        return found
    for name in (one.name for one in editions() if one.name != current):
        found = {**_beside(_shelf(name), found), **found}
    return found


def _beside(older: Mapping[str, CodeCard], newer: Mapping[str, CodeCard]) -> Mapping[str, CodeCard]:
    there = _annexes(newer)
    return {code: card for code, card in older.items() if card.annex not in there}


def _annexes(shelf: Mapping[str, CodeCard]) -> set[str]:
    return {card.annex for card in shelf.values()}


@lru_cache(maxsize=8)
def _imported(edition: str, digests: tuple[str, ...]) -> Mapping[str, CodeCard]:
    """The cards of an imported edition, kept by what its files hold: an edition never changes."""
    rows = Code.objects.filter(edition__name=edition)
    return {row.code: _card(row, edition) for row in rows}


def _card(row: Code, edition: str) -> CodeCard:
    own = own_list().codes.get(row.code)
    return CodeCard(
        code=row.code,
        edition=edition,
        annex=row.annex,
        term=Text(ru=own.ru if own else row.term, en=row.term),
        translated=own is not None,
        parent=row.parent,
        places=tuple(row.places) or (row.code,),
        selectable=row.selectable,
        status=row.status,
        definition=row.definition,
        also=own.also if own else "",
    )


def _edition(row: CodeEdition, current: str) -> EditionCard:
    return EditionCard(
        name=row.name,
        released=row.released,
        terms=row.terms,
        codes=row.codes.count(),
        is_ours=False,
        is_current=row.name == current,
        imported_at=row.imported_at.isoformat(),
        digests=dict(row.digests),
    )
