# SPDX-License-Identifier: Apache-2.0
"""A process that suspends and resumes a device and warns its clinics without end, and one that looks.

`python -m tests.crash.warner warn DIR` · `python -m tests.crash.warner look DIR`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

SITES: Final = 12
TURN: Final = (("suspend", "weighing", "suspended"), ("resume_use", "suspended", "resumed"))


def main(deed: str, directory: str) -> None:
    """Set Django up over the directory, and do the deed."""
    from nadzor.actions.create_home import create_home
    from nadzor.site.django import setup

    home = create_home(Path(directory))
    setup(home)
    {"warn": warn_without_end, "look": look}[deed](home)


def warn_without_end(home: Any) -> None:
    """One step after the other, each told at once; says so before the first."""
    from nadzor.actions.send_warnings import send_warnings
    from nadzor.register.models import Device
    from tests.register_samples import NOW

    if not Device.objects.exists():
        _found(home)
    _say("warning")
    for turn in range(10_000):
        _step(Device.objects.select_related("maker").get(), *TURN[turn % 2])
        send_warnings(home, now=NOW)


def look(home: Any) -> None:
    """What was left, and what the next run makes of it."""
    from nadzor.actions.send_warnings import send_warnings
    from nadzor.records import audit
    from nadzor.records.models import Notice
    from nadzor.register.models import FilingStep
    from nadzor.vigilance.models import SafetyWarning
    from tests.register_samples import NOW

    left = _torn()
    send_warnings(home, now=NOW)
    told: dict[str, Any] = {
        "torn": left + _torn(),
        "steps": FilingStep.objects.count(),
        "warnings": SafetyWarning.objects.count(),
        "notices": Notice.objects.filter(organisation_code="ward").count(),
        "chain": len(audit.verify()),
    }
    _say(json.dumps(told))


def _torn() -> list[str]:
    """Warnings that lack copies or their public letter."""
    from nadzor.vigilance.models import SafetyWarning

    rows = SafetyWarning.objects.prefetch_related("copies", "public")
    return [row.number for row in rows if row.copies.count() != SITES or row.public.count() != 1]


def _found(home: Any) -> None:
    """A device at twelve sites; behind one of them is a clinic with an account."""
    from nadzor.actions.import_register import import_register
    from nadzor.people.models import Organisation, User
    from nadzor.people.queries import CONSOLE
    from nadzor.records import vault
    from nadzor.register.models import Device, Installation
    from tests.register_samples import CLINIC_OID, NOW, device, register

    import_register(register(device()), by=CONSOLE, now=NOW)
    ward = Organisation.objects.create(
        code="ward", name_ru="Палата", name_en="Ward", kind="clinic", oid=CLINIC_OID
    )
    User.objects.create(username="of-ward", role="clinic", organisation=ward)
    sites = [vault.pseudonym(CLINIC_OID, home=home), *(f"s-{n}" for n in range(SITES - 1))]
    for n, site in enumerate(sites):
        Installation.objects.create(id=f"i-{n}", device=Device.objects.get(), site=site, created=NOW)


def _step(device: Any, verb: str, start: str, to: str) -> None:
    from nadzor.register.models import Filing, FilingStep
    from tests.register_samples import NOW

    filing, _ = Filing.objects.get_or_create(
        number="2026-000001", procedure="case", device=device, maker=device.maker,
        defaults={"state": to, "title_ru": "Дело", "title_en": "Case", "opened_by": "ivan",
                  "opened_at": NOW, "changed_at": NOW},
    )  # fmt: skip
    FilingStep.objects.create(
        filing=filing, at=NOW, on=NOW.date(), verb=verb, start=start, to=to, by="olga", role="head",
        facts={"norm_cite": "cancellation.grounds"},
    )  # fmt: skip


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
