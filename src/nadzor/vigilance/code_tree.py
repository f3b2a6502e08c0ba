# SPDX-License-Identifier: Apache-2.0
"""The rows of all files of an edition as one terminology: each code once, with every way down to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from nadzor.vigilance.code_cards import parent_of
from nadzor.vigilance.code_files import TermRow, Wrong


class Term(Struct, frozen=True):
    """One code of an edition."""

    row: TermRow
    parent: str
    places: tuple[str, ...]


class Terminology(Struct, frozen=True):
    """The codes of an edition; what is wrong; what is odd but was taken."""

    terms: tuple[Term, ...]
    wrong: tuple[Wrong, ...]
    questions: tuple[Wrong, ...]


def grow(rows: Sequence[TermRow]) -> Terminology:
    """One terminology from the rows of several files.

    Why: a released annex names a code once for every branch it stands in, and its texts may differ there; the
    row of its own branch stands and the others are told as questions.  Two texts at one place are an error.
    """
    found: dict[str, list[TermRow]] = defaultdict(list)
    for row in rows:
        found[row.code].append(row)
    terms = [_term(same, found) for same in found.values()]
    return Terminology(
        terms=tuple(sorted(terms, key=lambda term: term.row.code)),
        wrong=(*_conflicts(found.values()), *_orphans(rows, found), *_circles(terms)),
        questions=tuple(_doubles(found.values())),
    )


def _term(same: Sequence[TermRow], known: Mapping[str, object]) -> Term:
    home = next((row for row in same if row.place and row.is_home), same[0])
    places = tuple(dict.fromkeys("|".join(row.place) for row in (home, *same) if row.place))
    parent = home.place[-2] if len(home.place) > 1 else ""
    return Term(home, parent if home.place else parent_of(home.code, known), places or (home.code,))


def _conflicts(groups: Iterable[Sequence[TermRow]]) -> Iterable[Wrong]:
    for same in groups:
        first: dict[tuple[str, ...], TermRow] = {}
        for row in same:
            other = first.setdefault(row.place, row)
            if (other.term, other.definition) != (row.term, row.definition):
                yield Wrong(row.at, "codes.code-twice", {"first": other.at})


def _doubles(groups: Iterable[Sequence[TermRow]]) -> Iterable[Wrong]:
    for same in groups:
        home = _term(same, {}).row
        seen = {home.place}
        for row in same:
            if row is home:
                continue
            if row.place in seen:
                yield Wrong(row.at, "codes.code-repeated", {"first": home.at})
            elif (row.term, row.definition) != (home.term, home.definition):
                yield Wrong(row.at, "codes.texts-differ", {"first": home.at})
            seen.add(row.place)


def _orphans(rows: Iterable[TermRow], known: Mapping[str, object]) -> Iterable[Wrong]:
    for row in rows:
        if any(above not in known for above in row.place):
            yield Wrong(row.at, "codes.parent-unknown", {})


def _circles(terms: Sequence[Term]) -> Iterable[Wrong]:
    """Codes that stand above themselves when every row is read together."""
    parents = {term.row.code: term.parent for term in terms}
    for term in terms:
        seen, above = {term.row.code}, term.parent
        while above and above not in seen:
            seen.add(above)
            above = parents.get(above, "")
        if above == term.row.code:
            yield Wrong(term.row.at, "codes.circle", {})
