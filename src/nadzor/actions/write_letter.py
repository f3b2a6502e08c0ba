# SPDX-License-Identifier: Apache-2.0
"""Write a routine letter to a site without learning who is behind it; hand letters to the relay.

Letters are handed over on the day after they were written, all of one run together, in the order of
organisations and by one text: a notice beside the minute of a letter would tell whose site it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.name_no_clinic import must_name_no_clinic
from nadzor.actions.name_nobody import must_name_nobody
from nadzor.actions.publish_notice import next_number
from nadzor.actions.relay_to_site import relay_to_sites
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.people.permissions import must_hear_clinics
from nadzor.people.queries import Person
from nadzor.records import audit, vault
from nadzor.register.authority import must_be_disinterested, parties_of
from nadzor.register.models import Device
from nadzor.vigilance.letters import EVENT, GAP, KINDS, LETTER_MAX
from nadzor.vigilance.models import AdverseEvent, SiteLetter
from nadzor.vigilance.plain_text import plain

SUBJECT: Final = "letter"
NOTICE: Final = Text(
    ru="Регулятор прислал вам письмо. Кто вы, он не знает. Прочитать и ответить: «Письма регулятора».",
    en="The regulator has sent you a letter without knowing who you are. Read and answer it: “Letters”.",
)


class Letter(Struct, frozen=True, kw_only=True):
    """What is written.  `about`: the number of an event, or the code of a device for a gap; else empty."""

    site: str
    kind: str
    text: str
    about: str = ""


@transaction.atomic
def write_letter(home: Home, letter: Letter, *, by: Person | None, now: datetime) -> str:
    """Keep a letter and return its number; the same letter again, while it waits, is the same letter.

    Raises: Refusal people.inspector-only, letter.kind, letter.about, letter.text, letter.names-clinic,
    filing.interest, vault.unknown; those of `must_name_nobody`.
    """
    must_hear_clinics(by)
    assert by is not None
    sound = _sound(letter)
    if not vault.knows(sound.site):
        raise Refusal("vault.unknown", "$.site")
    must_be_disinterested(by, parties(sound.kind, sound.about))
    same = {"site": sound.site, "kind": sound.kind, "about": sound.about, "text": sound.text}
    if (waiting := SiteLetter.objects.filter(**same, by=by.username, told_at=None).first()) is not None:
        return str(waiting.number)
    row = SiteLetter.objects.create(
        number=next_number("L-", SiteLetter, now), at=now, by=by.username, **same
    )  # fmt: skip
    audit.record(
        "vigilance.letter.write", f"letter {row.number}", by=by.username, because="a routine letter", now=now,
        site=row.site, kind=row.kind, about=row.about,
    )  # fmt: skip
    return str(row.number)


@transaction.atomic
def hand_over_letters(home: Home, *, now: datetime) -> int:
    """Tell the clinics of letters that were written before today; returns how many letters reached one."""
    today = moscow_date(now)
    waiting = SiteLetter.objects.select_for_update().filter(told_at=None)
    rows = [row for row in waiting if moscow_date(row.at) < today]
    if not rows:
        return 0
    sites = {row.site for row in rows}
    reached = relay_to_sites(home, sites, subject=SUBJECT, text=NOTICE, now=now)
    for row in rows:
        row.told_at, row.reached = now, row.site in reached
        row.save(update_fields=["told_at", "reached"])
    handed = sum(row.site in reached for row in rows)
    audit.record(
        "vigilance.letter.hand-over", "letters", by="house", because="the day after", now=now,
        letters=len(rows), reached=handed,
    )  # fmt: skip
    return handed


def guarded(text: str) -> str:
    """A letter's text as it is kept.

    Raises: Refusal letter.text, letter.names-clinic; those of `must_name_nobody`.
    """
    words = unnamed(text)
    must_name_nobody({"$.text": text})
    return words


def unnamed(text: str) -> str:
    """A text that names no clinic, without signs that nobody sees.

    Raises: Refusal letter.text, letter.names-clinic.
    """
    must_name_no_clinic(text, "$.text")
    words = plain(text).strip()
    if not words or len(words) > LETTER_MAX:
        raise Refusal("letter.text", "$.text", limit=LETTER_MAX)
    return words


def _sound(letter: Letter) -> Letter:
    if letter.kind not in KINDS:
        raise Refusal("letter.kind", "$.kind")
    about = letter.about.strip()
    site = letter.site.strip()
    if not _is_about(letter.kind, about, site):
        raise Refusal("letter.about", "$.about")
    return Letter(site=site, kind=letter.kind, text=guarded(letter.text), about=about)


def _is_about(kind: str, about: str, site: str) -> bool:
    """Whether a letter says what it is about: an event of that very site, a device, or nothing."""
    if kind == EVENT:
        return bool(AdverseEvent.objects.filter(number=about, site=site).exists())
    if kind == GAP:
        return bool(Device.objects.filter(code=about).exists())
    return not about


def parties(kind: str, about: str) -> set[str]:
    """Whose affair a letter touches: the parties of an event's device, or of a device itself."""
    if kind == EVENT:
        return parties_of(AdverseEvent.objects.get(number=about).device)
    return parties_of(about) if kind == GAP else set()
