# SPDX-License-Identifier: Apache-2.0
"""How days, numbers and shares are written in each language."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nadzor.base.clock import MOSCOW
from nadzor.law.citation import cited

THIN = "\u202f"
WIDE = "\u00a0"
NOTHING = "—"
LARGEST = 1e6
"""Evidence beyond which a larger figure tells an inspector nothing."""
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS_RU = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
_MONTH_NAMES_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def language() -> str:
    """The language of this request: `en` when chosen, `ru` otherwise."""
    return "en" if (get_language() or "ru").startswith("en") else "ru"


def said(text: object) -> str:
    """A text kept in both languages (a mapping, or an object with `ru` and `en`), in this request's."""
    if isinstance(text, dict):
        return str(text.get(language()) or text.get("ru") or "")
    return str(getattr(text, language(), text if isinstance(text, str) else ""))


def reference(cite: str) -> str:
    """A citation in this request's language."""
    return cited(cite, language())


def day(value: date | None) -> str:
    """A day: 21.11.2026, or 21 Nov 2026 in English."""
    if value is None:
        return NOTHING
    if language() == "en":
        return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value.day:02d}.{value.month:02d}.{value.year}"


def moment(value: datetime | None) -> str:
    """A moment in Moscow time, to the minute."""
    if value is None:
        return NOTHING
    local = value.astimezone(MOSCOW)
    return f"{day(local.date())}, {local:%H:%M}"


def month(year: int, number: int) -> str:
    """A month by name: «октябрь 2026», October 2026."""
    names = _MONTH_NAMES_EN if language() == "en" else _MONTHS_RU
    return f"{names[number - 1]} {year}"


def number(value: float | None, digits: int = 0) -> str:
    """A number with grouped thousands and this language's decimal mark."""
    if value is None:
        return NOTHING
    text = f"{value:,.{digits}f}".replace("-", "−")
    if language() == "en":
        return text
    return text.replace(",", THIN).replace(".", ",")


def share(value: float | None, digits: int = 1) -> str:
    """A share 0..1 as per cent."""
    if value is None:
        return NOTHING
    sign = "%" if language() == "en" else f"{WIDE}%"
    return number(100 * value, digits) + sign


def small(value: float) -> str:
    """A probability: six digits, or that it is below the last of them."""
    return f"< {number(1e-6, 6)}" if value < 1e-6 else number(value, 6)


def evidence_size(value: float) -> str:
    """An e-value: how many times better a change explains the data than chance does."""
    if value >= LARGEST:
        return _("over %(n)s") % {"n": number(LARGEST)}
    return number(value, 0 if value >= 100 else 1)


def interval(low: float | None, high: float | None, *, digits: int = 3) -> str:
    """Two bounds: 0,912–0,954."""
    if low is None or high is None:
        return NOTHING
    return f"{number(low, digits)}–{number(high, digits)}"


def short(digest: str, keep: int = 12) -> str:
    """The head of a long digest, for the eye; the whole stands beside it or in the file."""
    return digest if len(digest) <= keep else f"{digest[:keep]}…"
