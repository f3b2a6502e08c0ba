# SPDX-License-Identifier: Apache-2.0
"""The maker and the representative that an entry names, and what an amendment changes in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nadzor.actions.enter_rows import name_for_search
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation
from nadzor.register.entry_form import Parties, asked_parties
from nadzor.register.models import Device
from nadzor.register.revision_cards import Party
from nadzor.register.rows import Name


def parties_of(maker: Organisation) -> Parties:
    """A maker and its representative as an entry names them."""
    representative = maker.represented_by
    return Parties(_party(maker), _party(representative) if representative else None)


def amend_parties(device: Device, form: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Give the device's maker its new name or representative; returns the maker's other devices.

    Raises: Refusal register.entry-form for a representative that nobody knows.
    """
    name, code = asked_parties(form)
    if name is None and code is None:
        return []
    maker = Organisation.objects.get(pk=device.maker_id)
    if name is not None:
        maker.name_ru, maker.name_en = name.ru, name.en
    if code is not None:
        maker.represented_by = _representative(code)
    maker.save()
    name_for_search(Device.objects.filter(maker=maker), now=now)
    return list(Device.objects.filter(maker=maker).exclude(pk=device.pk).values_list("code", flat=True))


def _representative(code: str) -> Organisation:
    found = Organisation.objects.filter(code=code, kind="representative").first()
    if found is None:
        raise Refusal("register.entry-form", at="$.form.representative", detail="unknown representative")
    return found


def _party(row: Organisation) -> Party:
    return Party(row.code, Name(ru=row.name_ru, en=row.name_en), row.country, row.inn)
