# SPDX-License-Identifier: Apache-2.0
"""A dispute file: only what differs, both origins, its hash, and what has not been ruled out."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from nadzor.statutory.declared_compare import Beside
from nadzor.statutory.dispute import (
    CountedFrom,
    DeclaredFrom,
    DisputeFile,
    body_digest,
    dispute_body,
    dispute_file,
)
from nadzor_wire.canonical import canonical

SENT = DeclaredFrom(file_sha256="a" * 64, rows=3, sent_at="2026-11-02T10:00:00+00:00", replaced=1, columns=())
OURS = CountedFrom(
    report_hash="b" * 64, edition="extended-2026", rollup="c" * 64, rows=120, rows_sha256="d" * 64,
    journal_size=7, known_by=date(2026, 11, 21), rejected=0, missing=2, repeated=0, late=5,
)  # fmt: skip
CELLS = st.lists(
    st.builds(Beside, st.text("abc.", min_size=1, max_size=6), st.integers(0, 99), st.integers(0, 99)),
    unique_by=lambda each: each.key,
)


def made(cells: list[Beside], ours: CountedFrom = OURS) -> DisputeFile | None:
    """The dispute of the test device's October."""
    sent = replace(SENT, columns=tuple(sorted(each.key for each in cells)))
    return dispute_file(cells, sent, ours, device="ai-901", month="2026-10")


def test_only_what_differs_is_in_the_file() -> None:
    """A field with the same number on both sides is no part of the dispute; the sign says who has more."""
    file = made([Beside("studies", 90, 100), Beside("attempts", 100, 100), Beside("declined", 4, 1)])
    assert file is not None
    body = dispute_body(file)
    assert [(cell["key"], cell["difference"]) for cell in body["cells"]] == [
        ("declined", 3),
        ("studies", -10),
    ]
    assert body["declared_from"]["file_sha256"] == "a" * 64
    assert body["counted_from"]["known_by"] == "2026-11-21"


def test_a_field_that_the_file_does_not_hold_is_not_declared_as_zero() -> None:
    """It is named as undeclared and is no part of the dispute; alone it makes none."""
    cells = [Beside("studies", 90, 100), Beside("reviews.accepted", 0, 7)]
    sent = replace(SENT, columns=("studies",))
    file = dispute_file(cells, sent, OURS, device="ai-901", month="2026-10")
    assert file is not None
    assert [each.key for each in file.cells] == ["studies"]
    assert dispute_body(file)["undeclared"] == ["reviews.accepted"]
    assert dispute_file(cells[1:], sent, OURS, device="ai-901", month="2026-10") is None


def test_what_could_explain_it_is_named_and_not_concluded() -> None:
    """Numbers missing from the sequence and late studies are named; another reason is never ruled out."""
    file = made([Beside("studies", 90, 100)])
    clean = made([Beside("studies", 90, 100)], replace(OURS, missing=0, late=0))
    assert file is not None
    assert clean is not None
    assert file.open_questions == ("missing", "late", "other")
    assert clean.open_questions == ("other",)


def test_the_commands_name_device_and_month() -> None:
    """Whoever has the data directory comes to the platform's numbers by the commands in the file."""
    file = made([Beside("studies", 90, 100)])
    assert file is not None
    told = dispute_body(file)["commands"]
    assert "nadzor form dispute ai-901 --month 2026-10 --data DIR --json" in told
    assert told[0] == "nadzor verify journal --data DIR"


@given(CELLS, st.randoms())
def test_the_order_of_fields_does_not_matter(cells: list[Beside], chance: object) -> None:
    """Any order gives the same hash, which is that of the canonical bytes; no difference, no dispute."""
    shuffled = list(cells)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = made(cells), made(shuffled)
    assert (one is None) == all(each.declared == each.counted for each in cells)
    assert one == other
    if one is not None:
        body = dispute_body(one)
        assert body_digest(body) == sha256(canonical(body)).hexdigest()
