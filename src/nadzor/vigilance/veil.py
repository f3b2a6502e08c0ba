# SPDX-License-Identifier: Apache-2.0
"""A public notice while details of a weak spot are under embargo: the danger stays, the detail waits.  Pure.

Why the text goes whole for a configuration or an exploit: both are told in free words, which no pattern
finds; what a clinic must do it has in its own letter, which no embargo touches.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from nadzor.base.problems import Text
from nadzor.vigilance.warning_cards import NoticeCard

#: A danger to life is told to everybody at once and whole.
NEVER_VEILED: Final = frozenset({"threat"})
FREE_WORDS: Final = frozenset({"configuration", "exploit"})
WITHHELD: Final = Text(ru="[подробность пока не раскрывается]", en="[detail not disclosed yet]")
INSTEAD: Final = Text(
    ru=(
        "Подробности этого уведомления временно не раскрываются, чтобы слабым местом не воспользовались. "
        "Клиники, где работает изделие, получили их полностью и знают, что делать."
    ),
    en=(
        "Details of this notice are not disclosed for a time, so that nobody makes use of the weak spot. "
        "Clinics that use the device have received them in full and know what to do."
    ),
)
_CODE: Final = re.compile(r"\b[A-G]\d{2,8}\b|\b[a-z]+(?:[._][a-z0-9]+)+\b")


def veiled(card: NoticeCard, hidden: frozenset[str]) -> NoticeCard:
    """The notice without the details that wait; itself where none do, or where life is in danger."""
    if not hidden or card.kind in NEVER_VEILED:
        return card
    versions = () if "version" in hidden else card.versions
    if FREE_WORDS & hidden:
        return replace(card, versions=versions, title=_masked(card.title, card, hidden), text=INSTEAD)
    title, text = (_masked(one, card, hidden) for one in (card.title, card.text))
    because = _cut(card.ended_because, card, hidden, "ru")
    return replace(card, versions=versions, title=title, text=text, ended_because=because)


def _masked(text: Text, card: NoticeCard, hidden: frozenset[str]) -> Text:
    return Text(ru=_cut(text.ru, card, hidden, "ru"), en=_cut(text.en, card, hidden, "en"))


def _cut(text: str, card: NoticeCard, hidden: frozenset[str], language: str) -> str:
    instead = WITHHELD.in_language(language)
    if "version" in hidden:
        for version in sorted(card.versions, key=len, reverse=True):
            text = re.sub(rf"(?<![\w.]){re.escape(version)}(?![\w]|\.\d)", instead, text)
    return _CODE.sub(instead, text) if "failure_code" in hidden else text
