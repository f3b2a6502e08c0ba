# SPDX-License-Identifier: Apache-2.0
"""Passwords made of words that everybody here would guess first: the house, the ministry, the trade."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

#: In small letters, `ё` as `е`, longest first where one begins another.
WORDS: Final = (
    "roszdravnadzor", "росздравнадзор", "zdravnadzor", "здравнадзор", "minzdrav", "минздрав", "nadzor",
    "надзор", "надзирать", "regulator", "регулятор", "inspector", "инспектор", "registrar", "регистратор",
    "radiology", "radiolog", "радиология", "радиолог", "rentgen", "рентген", "mosmed", "мосмед",
    "telemed", "телемед", "medicine", "медицина", "clinic", "клиника", "hospital", "больница", "vniiimt",
    "вниимт", "moscow", "moskva", "москва", "russia", "rossiya", "россия",
)  # fmt: skip
#: The same word on the other keyboard: somebody types `надзор` without looking.
_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN: Final = "йцукенгшщзхъфывапролджэячсмитьбю"
_TYPED: Final = str.maketrans(_RUSSIAN, _LATIN)
_DISGUISED: Final = str.maketrans("0134578@$!ё", "oieastbasiе")
_SHORTEST_NAME: Final = 4
_PART: Final = re.compile(r"[^\W\d_]+")
LEFT_MIN: Final = 8


class HouseWords:
    """Refuses a password of which less than eight signs remain when such words are taken out.

    Why: a phrase may speak of the clinic and still be long; `Nadzor-2026!` is the first that is tried.
    """

    def validate(self, password: str, user: object | None = None) -> None:
        """Raises: ValidationError when too little remains."""
        if remaining(password, _of(user)) < LEFT_MIN:
            raise ValidationError(self.get_help_text(), code="password_house_words")

    def get_help_text(self) -> str:
        """What a person is told beside the field."""
        return str(gettext(
            "The password must not rest on names of this service, of ministries or of your organisation: "
            "without them at least 8 signs must remain."
        ))  # fmt: skip


def remaining(password: str, names: Collection[str] = ()) -> int:
    """How many signs stay when words of the house and of an account's organisation are taken out.

    Digits at either end count as nothing: years and counters are guessed together with the word.
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    words = sorted({*WORDS, *(word.translate(_TYPED) for word in WORDS), *names}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, words)))
    readings = (plain.replace("ё", "е"), plain.translate(_DISGUISED))
    return min(_left(pattern, reading, plain) for reading in readings)


def _left(pattern: re.Pattern[str], reading: str, plain: str) -> int:
    """Signs left; a password that holds no such word keeps all of its own."""
    if not pattern.search(reading):
        return len(plain)
    return len(re.sub(r"[\d\W_]+$|^[\d\W_]+", "", pattern.sub("", reading)))


def _of(user: object | None) -> frozenset[str]:
    """The words of the organisation's name, as an account shows it."""
    organisation = getattr(user, "organisation", None)
    told = " ".join(str(getattr(organisation, part, "")) for part in ("name", "name_ru", "name_en"))
    parts = _PART.findall(told.casefold().replace("ё", "е"))
    return frozenset(part for part in parts if len(part) >= _SHORTEST_NAME)
