# SPDX-License-Identifier: Apache-2.0
"""Numbers of facts as people type them, and the norms they mean."""

from __future__ import annotations

import pytest

from nadzor.law.facts import matching, number_of

FACTS = {"a.one": "T-01", "duty.1": "F-02.1", "duty.2a": "F-02.2a", "rule.sub": "R-007a", "ours": ""}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("T-01", ("a.one",)),
        ("t1", ("a.one",)),
        ("T 001", ("a.one",)),
        ("F-02", ("duty.1", "duty.2a")),
        ("f2.2A", ("duty.2a",)),
        ("R-7a", ("rule.sub",)),
        ("R-007", ()),
        ("ours", ("ours",)),
        ("", ()),
        ("T-", ()),
    ],
)
def test_what_a_number_means(text: str, keys: tuple[str, ...]) -> None:
    """Zeros, dashes, case and spaces do not matter; a stem means all its parts; nothing means nothing."""
    assert matching(FACTS, text) == keys


def test_a_number_is_taken_apart() -> None:
    """Letters, number, letter, part."""
    assert number_of("F-02.2a") == ("F", 2, "", "2A")
    assert number_of("vigilance.message") is None
