# SPDX-License-Identifier: Apache-2.0
"""A refusal beside the field that caused it: its title in the reader's language."""

from __future__ import annotations

from nadzor.base.problems import Refusal, title
from nadzor.portal.words import language


def refused_words(refusal: Refusal) -> str:
    """What is wrong, in a sentence."""
    return title(refusal, language())
