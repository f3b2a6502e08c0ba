# SPDX-License-Identifier: Apache-2.0
"""Suspend the device of the clinic that has an account, and warn: `-m tests.browser.suspended_device DIR`.

A process of its own, so that no test's database is touched.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(directory: Path) -> None:
    """Write the step as the machine of filings does, send what it calls for, say the numbers."""
    from nadzor.base.home import Home
    from nadzor.site.django import setup

    home = Home.open(directory)
    setup(home)
    from nadzor.actions.open_filing import next_number
    from nadzor.actions.send_warnings import send_warnings
    from nadzor.base import clock
    from nadzor.records import vault
    from nadzor.register.models import Filing, FilingStep, Installation
    from nadzor.vigilance.models import PublicNotice, SafetyWarning
    from tests.town import CLINIC_OID

    now, site = clock.now(), vault.pseudonym(CLINIC_OID, home=home)
    installation = Installation.objects.select_related("device__maker").filter(site=site).first()
    assert installation is not None
    device = installation.device
    filing = Filing.objects.create(
        number=next_number(now), procedure="case", state="suspended", title_ru="Дело", title_en="Case",
        device=device, maker=device.maker, channel="house", opened_by="inspector", opened_at=now,
        changed_at=now, filed_on=clock.today(),
    )  # fmt: skip
    step = FilingStep.objects.create(
        filing=filing, at=now, on=clock.today(), verb="suspend", start="weighing", to="suspended", by="head",
        role="head", because="Пропуски подтверждены.", facts={"norm_cite": "cancellation.grounds"},
    )  # fmt: skip
    send_warnings(home, now=now)
    warning = SafetyWarning.objects.get(step=step.pk)
    notice = PublicNotice.objects.get(warning=warning)
    sys.stdout.write(
        json.dumps({"warning": warning.number, "notice": notice.number, "device": device.code}) + "\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
