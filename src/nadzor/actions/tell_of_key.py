# SPDX-License-Identifier: Apache-2.0
"""Tell a maker, and its representative, what became of a key of an installation of theirs."""

from __future__ import annotations

from datetime import datetime

from nadzor.base.problems import Text
from nadzor.records import notices
from nadzor.register.key_words import key_notice
from nadzor.register.models import InstallationKey


def tell_of_key(key: InstallationKey, name: str, *, now: datetime, **facts: object) -> Text:
    """Write the notice within the transaction of the deed; returns what it says."""
    device = key.installation.device
    text = key_notice(name, installation=key.installation_id, device=device.code, keyid=key.keyid, **facts)
    codes = [device.maker.code]
    if device.maker.represented_by is not None:
        codes.append(device.maker.represented_by.code)
    for code in codes:
        notices.to_organisation(code, subject=subject_of(key), text=text, now=now)
    return text


def subject_of(key: InstallationKey) -> str:
    """What a notice about a key is about."""
    return f"key {key.keyid}"
