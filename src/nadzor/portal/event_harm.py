# SPDX-License-Identifier: Apache-2.0
"""Whether a patient was harmed, in plain words: the codes and the kind of event each answer stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.vigilance.suggestions import plain_codes


class Harm(Struct, frozen=True):
    """One answer: its words, codes of annex F, the kind of event."""

    label: str
    codes: tuple[str, ...]
    event_type: str


def harms() -> Mapping[str, Harm]:
    """The answers, from none to the gravest; what is not known stands for no code."""
    return {
        "none": Harm(_("No, nobody was harmed"), ("F26",), "malfunction"),
        "nobody": Harm(_("No patient was involved"), ("F27",), "malfunction"),
        "unknown": Harm(_("Not known"), (), "malfunction"),
        "later": Harm(_("The diagnosis came later or was wrong"), ("F04",), "other"),
        "hospital": Harm(_("A longer or an unplanned stay in hospital"), ("F08",), "serious_injury"),
        "serious": Harm(_("Serious harm to health"), ("F12",), "serious_injury"),
        "life": Harm(_("Life was in danger, or health suddenly got worse"), ("F1203",), "serious_injury"),
        "death": Harm(_("A patient died"), ("F02",), "death"),
        "many": Harm(_("Many people may be harmed"), ("F20",), "public_health_threat"),
    }


def problems_of(wrong: Sequence[str]) -> tuple[str, ...]:
    """The codes of annex A behind some plain answers, each once."""
    return tuple(dict.fromkeys(code for key in wrong for code in plain_codes(key)))
