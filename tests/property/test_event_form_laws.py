# SPDX-License-Identifier: Apache-2.0
"""Filling a form of Order 1113n: order does not matter, and whoever has the file recomputes its hash."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from nadzor.base.problems import Text
from nadzor.law.form import edition_named
from nadzor.statutory.event_body import event_body, event_digest, holds_hash, value_of
from nadzor.statutory.event_form import Coded, Document, FilledForm, Value, event_form
from nadzor.statutory.event_table import event_facts, event_json
from nadzor_wire.canonical import canonical

EDITION = edition_named("order-1113n-report", "2021")
STARTED = datetime(2026, 10, 1, tzinfo=UTC)
CODES = st.lists(st.builds(Coded, st.sampled_from(["F02", "A0908"]), st.sampled_from(["2023", "2024"])))
VALUES = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.integers(0, 10**6),
    CODES.map(tuple),
    st.builds(Text, st.text("абв", min_size=1, max_size=9), st.text("abc", min_size=1, max_size=9)),
)
FACTS = st.dictionaries(
    st.sampled_from([field.fact for field in EDITION.fields.values() if field.fact]), VALUES
)
DOCUMENTS = st.lists(
    st.builds(
        Document,
        kind=st.just("report"),
        at=st.integers(0, 99).map(lambda hours: STARTED + timedelta(hours=hours)),
        digest=st.text("0123456789abcdef", min_size=64, max_size=64),
        fields=st.dictionaries(st.sampled_from(list(EDITION.fields)), VALUES, max_size=4),
    ),
    max_size=4,
    unique_by=lambda each: each.digest,
)


def filled(facts: dict[str, Value], documents: list[Document]) -> FilledForm:
    """The form of some facts and documents."""
    return event_form(facts, documents, EDITION, subject="AE-2026-000001", known_by=date(2026, 11, 22))


@given(FACTS, DOCUMENTS, st.randoms())
def test_the_order_of_what_goes_in_does_not_matter(
    facts: dict[str, Value], documents: list[Document], chance: object
) -> None:
    """Facts and documents in any order give the same hash."""
    turned = dict(reversed(facts.items()))
    shuffled = list(documents)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert event_digest(filled(facts, documents)) == event_digest(filled(turned, shuffled))


@given(FACTS, DOCUMENTS)
def test_the_maker_recomputes_the_hash_from_the_file(
    facts: dict[str, Value], documents: list[Document]
) -> None:
    """The file without its hash has that hash; values read back are the values that went in."""
    form = filled(facts, documents)
    body = json.loads(event_json(form))
    plain = {key: told for key, told in body.items() if key not in ("hash", "drawings")}
    assert sha256(canonical(plain)).hexdigest() == body["hash"] and holds_hash(body)
    for each in form.fields:
        assert value_of(body["fields"][each.key]["value"]) == each.value


@given(FACTS, DOCUMENTS)
def test_a_field_is_filled_if_and_only_if_it_has_a_source(
    facts: dict[str, Value], documents: list[Document]
) -> None:
    """No value without an origin, no origin without a value, and `beside` only where the two differ."""
    for each in filled(facts, documents).fields:
        assert (each.value is None) == (each.source is None)
        assert each.beside is None or each.beside != each.value
    assert set(event_body(filled(facts, documents))["fields"]) == set(EDITION.fields)


@given(FACTS, DOCUMENTS, st.sampled_from(["device.name", "event.event_on"]), st.integers(0, 9))
def test_one_hash_for_both_languages_and_another_for_another_fact(
    facts: dict[str, Value], documents: list[Document], name: str, other: int
) -> None:
    """Both drawings name one hash; a fact that no document speaks of, once changed, gives another."""
    form = filled(facts, documents)
    drawn = [[text for _label, text in event_facts(form, lang)] for lang in ("ru", "en")]
    assert all(event_digest(form) in texts for texts in drawn)
    now, then = (filled(facts | {name: Text(word, f"{word}{other}")}, []) for word in ("a", "b"))
    assert event_digest(now) != event_digest(then)
