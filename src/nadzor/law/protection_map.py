# SPDX-License-Identifier: Apache-2.0
"""The page that says which feature serves which measure of protection, drawn from a YAML text."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.law.load import acts

_HEAD: Final = """# Measures of protection and what serves them

Drawn from `docs/security/fstec-map.yaml`; edit that. **No attestation, no certificate, no opinion of a
licensed body**: a list of where to look. The text of FSTEC order 117 could not be read here; subjects are
named as secondary sources name them, and numbers of points are not given. A test sees that each named test is
there; that it is enough, nobody has judged.

| subject | acts | what the house does | seen by | left to the operator |
|---|---|---|---|---|
"""


class Measure(Struct, frozen=True, forbid_unknown_fields=True):
    """One subject of protection: acts by key, the feature, its tests, what is left to the operator."""

    subject: Text
    acts: tuple[str, ...]
    feature: str
    tests: tuple[str, ...]
    left: str


class ProtectionMap(Struct, frozen=True, forbid_unknown_fields=True):
    """All rows."""

    rows: tuple[Measure, ...]


def parse_map(text: str) -> ProtectionMap:
    """The rows of a YAML text.

    Law: names acts, and claims nothing of them.
    """
    return msgspec.yaml.decode(text.encode(), type=ProtectionMap)


def protection_page(text: str) -> str:
    """The page as Markdown.

    Law: titles of the acts named.
    """
    cites = {act.act: act.cite for act in acts()}
    return _HEAD + "".join(_row(one, cites) for one in parse_map(text).rows)


def _row(one: Measure, cites: dict[str, str]) -> str:
    seen = "<br>".join(f"`{test}`" for test in one.tests) or "nothing"
    named = f"{one.subject.en}<br>{one.subject.ru}"
    cells = (named, "<br>".join(cites[act] for act in one.acts), one.feature, seen, one.left)
    return f"| {' | '.join(cells)} |\n"
