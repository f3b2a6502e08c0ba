# SPDX-License-Identifier: Apache-2.0
"""What templates may ask for: the frame of the page, and how days and numbers are written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template

from nadzor.portal import words
from nadzor.portal.frame import Frame, frame_of

register = template.Library()


@register.simple_tag(takes_context=True)
def frame(context: dict[str, Any]) -> Frame:
    """The rail, switches and seal for the person who asks."""
    return frame_of(context["request"])


@register.filter
def day(value: date | None) -> str:
    """A day in this language."""
    return words.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in Moscow time."""
    return words.moment(value)


@register.filter
def number(value: float | None, digits: int = 0) -> str:
    """A number in this language."""
    return words.number(value, digits)


@register.filter
def share(value: float | None, digits: int = 1) -> str:
    """A share as per cent."""
    return words.share(value, digits)


@register.filter
def short(digest: str) -> str:
    """The head of a digest."""
    return words.short(digest)


@register.filter
def said(text: object) -> str:
    """A bilingual text in this language."""
    return words.said(text)


@register.filter
def beside(cells: Sequence[Any], columns: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Each cell beside its column."""
    return list(zip(columns, cells, strict=True))


@register.filter
def name(card: Any) -> str:
    """The name of a device or organisation in this language."""
    return str(card.name(words.language()))
