# SPDX-License-Identifier: Apache-2.0
"""What else each house of the matrix has: affairs of the desk about it, and what only comes with time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final

from nadzor.people.queries import Person
from tests.attack.matrix_bodies import PDF, WORDS

DAY: Final = timedelta(days=1)


def words_of(device: str, has: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What honest forms say: the world's own things, days of every kind, a month of rows that is over."""
    from nadzor.base.clock import moscow_date
    from nadzor.base.interval import Month

    today, month = moscow_date(now), Month.of(moscow_date(now)).previous()
    days = {"today": 0, "tomorrow": 1, "next-week": 7, "next-month": 30, "month-ago": -30, "long-ago": -90}
    return {
        **{name: str(today + each * DAY) for name, each in days.items()},
        "now": now.isoformat(), "next-week-moment": (now + 7 * DAY).isoformat(), "device": device,
        "month": str(month), "old-month": str(month.previous()), "event": has["event"], "oid": has["oid"],
        "site": has["site"], "installation": has["installation"], "key": "0" * 16,
        "spent": has["spent"], "spent-month": has["spent-month"],
        "shelf": f"{has['spent']}/{has['spent-month']}",
    }  # fmt: skip


def affairs(home: Any, who: Callable[[str], Person], has: Mapping[str, str], now: datetime) -> dict[str, str]:
    """An opening, a letter, an order to destroy, a hold, a deferral and an embargo; ids by their kind."""
    from nadzor.actions.ask_opening import Asked, ask_opening
    from nadzor.actions.defer_access import Wish, defer_access
    from nadzor.actions.place_embargo import Hiding, place_embargo
    from nadzor.actions.place_hold import Kept, place_hold
    from nadzor.actions.write_letter import Letter, hand_over_letters, write_letter
    from nadzor.records.models import ShredOrder

    head, inspector = who("head"), who("inspector")
    asked = Asked(purpose="court", because=WORDS, sites=(has["site"],), about=f"device {has['device']}")
    hidden = Hiding(device=has["device"], version="9.9", hides=("version",), until=now + DAY, because=WORDS)
    found = {
        "opening": ask_opening(home, asked, by=inspector, now=now),
        "letter": write_letter(
            home, Letter(site=has["site"], kind="general", text=WORDS), by=inspector, now=now - 2 * DAY
        ),
        "order": ShredOrder.objects.create(
            installation=has["spent"], month=has["spent-month"], because=WORDS, asked_by="registrar",
            asked_at=now,
        ).pk,
        "hold": place_hold(Kept(because=WORDS, device=f"x-{has['device']}"), by=head, now=now),
        "deferral": defer_access(Wish(device=has["device"], days=5, because=WORDS), by=head, now=now),
        "embargo": place_embargo(hidden, by=head, now=now),
    }  # fmt: skip
    hand_over_letters(home, now=now)
    return {kind: str(id) for kind, id in found.items()}


def authority(who: Callable[[str], Person], now: datetime) -> dict[str, str]:
    """A delegation and an interest, of people who do nothing else in the matrix."""
    from nadzor.actions.declare_interest import declare_interest
    from nadzor.actions.delegate import Power, delegate

    power = Power(
        to="registrar", order="No 7", valid_from=now.date(), valid_until=now.date() + 30 * DAY,
        procedures=("monitoring",),
    )  # fmt: skip
    given = delegate(power, by=who("head"), now=now)
    held = declare_interest("expert-b", why=WORDS, by=who("moscow_centre"), now=now)
    return {"delegation": str(given), "interest": str(held)}


def case(home: Any, who: Callable[[str], Person], has: Mapping[str, str], now: datetime) -> str:
    """A case on the event of a house, of which its maker has been told."""
    from nadzor.actions.attach_paper import Upload, attach_paper
    from nadzor.actions.open_case import open_case
    from tests.filing_samples import move

    number = open_case(
        has["device"],
        grounds=[("event", has["event"])],
        by=who("inspector"),
        now=now,
        because=WORDS,
        home=home,
    )
    upload = Upload("evidence_file", PDF, "paper.pdf", "application/pdf")
    attach_paper(number, upload, by=who("inspector"), now=now, home=home)
    for verb in ("confirm_deviation", "inquire"):
        move(number, verb, by=who("inspector"), at=now)
    return number


def dispute(home: Any, maker: Person, has: Mapping[str, str], now: datetime) -> str:
    """A month declared otherwise than counted, disputed by its maker."""
    import openpyxl

    from nadzor.actions.declare_month import DeclaredFile, columns_of, declare_month
    from nadzor.actions.open_dispute import open_dispute
    from nadzor.base.interval import Month

    month, book, page = Month.parse(has["month"]), openpyxl.Workbook(), BytesIO()
    told: dict[str, Any] = {"device": has["device"], "month": has["month"], "version": "1.0",
                            "organisation": has["oid"], "attempts": 10, "studies": 10}  # fmt: skip
    keys = [column.key for column in columns_of(has["device"], month)]
    assert book.active is not None
    book.active.append(keys)
    book.active.append([told.get(key) for key in keys])
    book.save(page)
    file = DeclaredFile(has["device"], month, "xlsx", page.getvalue())
    declare_month(home, file, by=maker, now=now)
    return str(open_dispute(home, has["device"], month, by=maker, now=now).id)


def pack(number: str) -> str:
    """The newest pack of a case."""
    from nadzor.vigilance.models import CasePack

    return str(CasePack.objects.filter(filing=number).order_by("-pk").values_list("pk", flat=True)[0])


def own(home: Any, clinic: Person, maker: Person, has: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What people have for themselves: a clinic's claim, a maker's notice, draft and report under way."""
    from nadzor.actions.open_draft import Draft, open_draft
    from nadzor.actions.open_monitoring import open_monitoring
    from nadzor.actions.report_missing import report_missing
    from nadzor.base.problems import Text
    from nadzor.records.models import Notice
    from nadzor.register.models import Device

    claim = report_missing(home, "A system of this maker is missing.", by=clinic, now=now)
    wanted = Draft(maker=str(maker.organisation), name=Text("Проба", "Trial"), modality="DX")
    Device.objects.filter(code=has["device"]).update(risk_class="3")
    open_monitoring(has["device"], now.year, by=maker, now=now)
    notice = Notice.objects.filter(organisation_code=str(maker.organisation)).order_by("-pk").first()
    return {
        "claim": str(claim.id), "draft": open_draft(home, wanted, by=maker, now=now).device,
        "message": str(notice.pk) if notice else "1",
    }  # fmt: skip
