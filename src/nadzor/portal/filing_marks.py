# SPDX-License-Identifier: Apache-2.0
"""What stands beside a field of an application: the norm that asks for it, and how far it is needed."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import reference
from nadzor.procedures.rules.checklist import FormItem


def mark_chip(item: FormItem) -> Chip | None:
    """The norm that asks for an item, by the fact's number."""
    if item.rule is None:
        return None
    text = item.rule.fact or reference(item.rule.cite)
    return Chip(text, reverse("norm", args=[item.rule.key]), is_internal=item.rule.status == "house")


def marks(item: FormItem) -> list[State]:
    """What to know beside an item: that it may yet be needed, that its rule only advises."""
    found = [State(_("may be needed, once the rest is known"), "calm")] if item.need == "maybe" else []
    return [*found, State(_("advice: the rule is not confirmed"), "warn")] if item.advice else found
