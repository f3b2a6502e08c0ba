# SPDX-License-Identifier: Apache-2.0
"""Signing a kept month: who may, what stands signed; clinics are named inside the vault alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nadzor.actions.build_month import kept_month
from nadzor.actions.sign_month import SignedMonth, sign_month, signed_month
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.people.permissions import may_declare_month
from nadzor.people.queries import Person
from nadzor.portal.door import public
from nadzor.portal.frame import house, person_of
from nadzor.portal.months import month_or_404
from nadzor.portal.sheets import Fact
from nadzor.portal.words import moment, number
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard


@require_POST
@public
def sign(request: HttpRequest, text: str, code: str) -> HttpResponse:
    """Sign it; pressed twice, it is signed once."""
    who, chosen = person_of(request), month_or_404(text)
    register.readable_device(who, code)
    sign_month(house(), code, chosen, by=who, now=clock.now())
    return redirect("month", text=text, code=code)


def signing(who: Person | None, card: DeviceCard, chosen: Month) -> dict[str, Any]:
    """What the page of a month says of its signature."""
    done = signed_month(house(), chosen, card.code)
    kept = kept_month(house(), chosen, card.code)
    return {
        "signed": _facts(done) if done else None,
        "may_sign": kept is not None and done is None and may_declare_month(who, maker=card.maker.code),
    }


def _facts(done: SignedMonth) -> list[Fact]:
    worth = (
        _("a qualified signature")
        if done.qualified
        else _("the seal of this system, not a qualified signature")
    )
    return [
        Fact(_("Signed"), moment(done.at), note=done.by),
        Fact(_("Signature"), worth, note=f"{done.signer}, {done.suite}"),
        Fact(_("Hash that was signed"), done.hash, mono=True),
        Fact(_("Sealed report with clinics named"), done.sealed_sha256, mono=True),
        Fact(_("Lines whose clinic the vault knows"), number(done.known)),
        Fact(_("Lines whose clinic is not known"), number(done.unknown)),
        Fact(_("INNs of natural persons left out"), number(done.inn_refused)),
    ]
