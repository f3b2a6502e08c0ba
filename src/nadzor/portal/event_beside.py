# SPDX-License-Identifier: Apache-2.0
"""What surrounds an event: similar reports with rates per processed study, and the telemetry of its days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.similar_events import similar
from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.portal.frame import house
from nadzor.portal.sheets import Cell, Line, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.signal_words import detector_name, signal_state
from nadzor.portal.words import NOTHING, day, interval, number
from nadzor.vigilance.cards import WayBack
from nadzor.vigilance.event_cards import EventCard
from nadzor.vigilance.event_permissions import SIDE, sees_every_event
from nadzor.vigilance.similar import Around, Group, Rate, Similar, VersionRate

SHOWN: Final = 20  # similar reports named on the card; the queue has them all


class Beside(Struct, frozen=True, kw_only=True):
    """Rates of similar reports by scope and by version, the days around, and ways to where they come from."""

    groups: Table
    versions: Table | None
    days: Table | None
    signals: Sequence[tuple[str, str, str]]
    numbers: Sequence[str]
    ways: Sequence[tuple[str, str]]
    said: Sequence[str]


def beside(card: EventCard, who: Person | None) -> Beside | None:
    """Nothing for an event without a device, and for whoever reads no operation figures."""
    one = card.row
    reads = sees_every_event(who) or (who is not None and who.role in SIDE)
    if not one.device or not reads:
        return None
    found = similar(house(), one.number, by=who, today=clock.today())
    around = found.around
    return Beside(
        groups=_groups(found),
        versions=_versions(found) if found.by_version else None,
        days=_days(around) if around and around.days else None,
        signals=_signals(around) if around else (),
        numbers=found.numbers[:SHOWN],
        ways=ways(one.device, around),
        said=_said(found),
    )


def ways(device: str, around: Around | None) -> list[tuple[str, str]]:
    """Where the figures come from."""
    signals = urlencode({"device": device, "state": "all"})
    found = [
        (_("Versions of the device"), reverse("versions", args=[device])),
        (_("Signals of the device"), f"{reverse('signals')}?{signals}"),
    ]
    return [(_("Rows behind these days"), _rows(around.way_back)), *found] if around else found


def _said(found: Similar) -> list[str]:
    facts = {"first": day(found.first), "after": day(found.after)}
    return [
        _("Reports of %(first)s – %(after)s, the last day left out; 95 %% limits of a count.") % facts,
        _("A rate says how often somebody reported; how often it happened, nobody knows."),
        _("Beside is not because: what stands in the same weeks may be chance."),
    ]


def _groups(found: Similar) -> Table:
    head = columns(
        _("Where"), _("How alike"), _("Reported"), _("Studies processed"), _("Per 10,000 studies"),
        _("95 % limits"), numbers=(2, 3, 4, 5),
    )  # fmt: skip
    return Table(_("Similar reports"), head, [_group(each) for each in found.groups])


def _group(group: Group) -> Line:
    scopes = {
        "version": _("this version"),
        "other_versions": _("other versions"),
        "device": _("this device"),
        "other_devices": _("other devices of the kind"),
    }
    alike = {"code": _("the same code"), "kin": _("the same branch"), "any": _("any code")}
    return row(scopes[group.scope], alike[group.likeness], *_rate(group.rate))


def _rate(rate: Rate) -> list[str | Cell]:
    """Unknown studies are not nought: then the count stands alone."""
    return [
        number(rate.events),
        number(rate.studies),
        number(rate.per_10000, 2) if rate.per_10000 is not None else NOTHING,
        interval(rate.low, rate.high, digits=2),
    ]


def _versions(found: Similar) -> Table:
    head = columns(
        _("Version"), _("Reported"), _("Studies processed"), _("Per 10,000 studies"), _("95 % limits"),
        numbers=(1, 2, 3, 4),
    )  # fmt: skip
    return Table(_("By version"), head, [_version(each) for each in found.by_version], caption_hidden=False)


def _version(each: VersionRate) -> Line:
    return row(each.version or _("not told"), *_rate(each.rate))


def _days(around: Around) -> Table:
    head = columns(
        _("Day"), _("Studies processed"), _("Failed"), _("Faults"), _("Changes"), numbers=(1, 2, 3, 4)
    )
    lines = [
        row(day(each.day), number(each.processed), number(each.failed), number(each.faults),
            number(each.changes))
        for each in around.days
    ]  # fmt: skip
    return Table(_("The days around, as the telemetry tells them"), head, lines, caption_hidden=False)


def _signals(around: Around) -> list[tuple[str, str, str]]:
    return [
        (f"{detector_name(each.detector)} · {day(each.first_day)}", reverse("signal", args=[each.id]),
         signal_state(each.state).label)
        for each in around.signals
    ]  # fmt: skip


def _rows(way: WayBack) -> str:
    asked = {
        "measure": "studies",
        "version": way.version,
        "site": way.site,
        "first": way.first.isoformat(),
        "after": way.after.isoformat(),
    }
    query = urlencode({name: text for name, text in asked.items() if text})
    return f"{reverse('trace', args=[way.device])}?{query}"
