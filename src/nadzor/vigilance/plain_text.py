# SPDX-License-Identifier: Apache-2.0
"""Text as a person sees it: what hides in it is taken out before anybody looks for personal details.

Why: a zero-width sign between two digits hides a number from a search and from nobody else; a sign that turns
the direction of writing shows a reader another text than is kept; a NUL is refused by some databases.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from nadzor_wire.personal import find_personal

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")


def plain(text: str) -> str:
    """The text without signs nobody sees; line breaks and tabs stay."""
    return _UNSEEN.sub("", text)


def hides(text: str) -> bool:
    """Whether the text holds signs that nobody sees."""
    return _UNSEEN.search(text) is not None


def personal_in(text: str) -> str:
    """The kind of personal detail in a text, however it is spaced or hidden; empty for none."""
    seen = plain(text)
    return find_personal(seen) or find_personal(_even(seen)) or ""


def _even(text: str) -> str:
    """Wide digits, thin spaces and long dashes as everybody writes them.

    Method: Unicode normalisation form KC.
    """
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text))
