# SPDX-License-Identifier: Apache-2.0
"""Keyset pages of lists of events: where this page begins, and the links to the next one and to the first."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.portal.choices import whole
from nadzor.portal.sheets import Pages
from nadzor.portal.words import number


class Following(Struct, frozen=True):
    """The cursor a page was asked with, None on the first one, and what else its address holds."""

    after: int | None
    kept: Mapping[str, str] = {}


def following(request: HttpRequest, kept: Mapping[str, str] | None = None) -> Following:
    """What was asked; a cursor that no row could have begins anew."""
    return Following(whole(request.GET.get("after", "")), kept or {})


def older(here: str, asked: Following, next_id: int | None, *, shown: int) -> Pages:
    """The links of a page of events."""
    words = ngettext("%(n)s event on this page", "%(n)s events on this page", shown) % {"n": number(shown)}
    further = {**asked.kept, "after": str(next_id)}
    return Pages(
        words,
        next_href=f"{here}?{urlencode(further)}" if next_id is not None else "",
        first_href=f"{here}?{urlencode(asked.kept)}" if asked.after is not None else "",
    )
