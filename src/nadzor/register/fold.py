# SPDX-License-Identifier: Apache-2.0
"""One spelling for searching, so that a device is found however it was typed."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Cyrillic letters that look like Latin ones are brought to Latin: either keyboard layout gives the same.
_LOOK_ALIKE: Final = str.maketrans("авекмнорстухзіѕј", "abekmhopctyx3isj")
_LATIN_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_CYRILLIC_KEYS: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"
_OTHER_LAYOUT: Final = str.maketrans(_LATIN_KEYS + _CYRILLIC_KEYS, _CYRILLIC_KEYS + _LATIN_KEYS)
_KEEP: Final = re.compile(r"[^\w]+")


def fold(text: str) -> str:
    """A text without case, quotes, spacing, accents and the difference between look-alike letters.

    >>> fold("«РЗН 2025/12 345»") == fold("P3H2025/12345")
    True
    >>> fold("  ЛЁГКИЕ-скан ") == fold("легкие скан")
    True
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _KEEP.sub("", letters.translate(_LOOK_ALIKE)).replace("_", "")


def fold_words(text: str) -> list[str]:
    """The folded words of a query; all of them must be found."""
    return [word for word in map(fold, re.split(r"\s+", text)) if word]


def other_layout(text: str) -> str:
    """What the same keys would have written in the other keyboard layout.

    >>> other_layout("Kexbr")
    'лучик'
    """
    return text.casefold().translate(_OTHER_LAYOUT)
