# SPDX-License-Identifier: Apache-2.0
"""Rows of the norms: one for each dated value."""

from __future__ import annotations

from collections.abc import Iterator

from nadzor.base.problems import Text
from nadzor.disclosure.asking.sets import Row
from nadzor.law.load import norms
from nadzor.law.norm import Worth


def norm_rows() -> Iterator[Row]:
    """Every value of every norm, by key and first day."""
    for key, (act, entry) in sorted(norms().items()):
        for value in entry.values:
            yield {
                "id": f"{key} {value.start.isoformat()}",
                "key": key,
                "act": act,
                "what_ru": entry.what.ru,
                "what_en": entry.what.en,
                "unit": entry.unit,
                "value": _worth(value.value),
                "from": value.start.isoformat(),
                "until": value.until.isoformat() if value.until else None,
                "cite": value.cite,
                "checked": value.status,
            }


def _worth(value: Worth) -> str:
    """A value as text; of a list its keys."""
    if isinstance(value, Text):
        return value.ru
    if isinstance(value, tuple):
        return ", ".join(item.key for item in value)
    return str(value)
