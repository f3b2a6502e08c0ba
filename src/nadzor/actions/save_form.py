# SPDX-License-Identifier: Apache-2.0
"""Write some fields of a form: in a draft, while defects are cured, while a set is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from nadzor.actions.open_filing import titled
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.filing_form import patched
from nadzor.register.filing_permissions import WRITING, may_edit_filing, may_see_filing
from nadzor.register.filing_rows import whose
from nadzor.register.models import Filing


@transaction.atomic
def save_form(number: str, patch: Mapping[str, Any], *, by: Person | None, now: datetime) -> None:
    """Write the fields of a patch; a field given as None is emptied, an unknown one refuses the whole patch.

    Why: the audit names the fields, never what was typed into them.
    Raises: Refusal filing.unknown, filing.not-yours, filing.not-editable, filing.field-unknown,
    filing.field-malformed.
    """
    row = editable(number, by=by)
    row.form = patched(row.procedure, row.form, patch)
    if "name" in patch:
        row.title_ru, row.title_en = titled(row)
    row.changed_at = now
    row.save(update_fields=["form", "title_ru", "title_en", "changed_at"])
    audit.record(
        "register.filing.form", f"filing {number}", by=by.username if by else "", now=now,
        because="fields written", fields=sorted(patch),
    )  # fmt: skip


def editable(number: str, *, by: Person | None) -> Filing:
    """The filing, locked, if this person may write it now.

    Raises: Refusal filing.unknown, filing.not-yours, filing.not-editable.
    """
    row = Filing.objects.select_for_update(of=("self",)).filter(number=number).first()
    if row is None or not may_see_filing(by, whose(row)):
        raise Refusal("filing.unknown")
    if not may_edit_filing(by, whose(row)):
        raise Refusal("filing.not-yours")
    if row.state not in WRITING:
        raise Refusal("filing.not-editable")
    return row
