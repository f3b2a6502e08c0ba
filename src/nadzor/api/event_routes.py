# SPDX-License-Identifier: Apache-2.0
"""Routes of adverse events: list, card, telling, documents, moves, what is like it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import structs
from ninja import Router

from nadzor.actions.file_document import VERBS, file_document
from nadzor.actions.file_event import Filed, file_event
from nadzor.actions.move_event import Grounds, move_event
from nadzor.actions.say_listed import say_listed
from nadzor.actions.similar_events import similar
from nadzor.api import event_words as words
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done, own_site
from nadzor.api.description import told
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.vigilance import events
from nadzor.vigilance.event_cards import EventCard, FollowCard
from nadzor.vigilance.quality import Quality
from nadzor.vigilance.quality_ledger import quality_of
from nadzor.vigilance.similar import Similar

router = Router(tags=["adverse events"], auth=SIGNED_IN)
SEE = "oversight; the device's maker and its representative once told of it; the clinic of its site"


@router.get(
    "",
    operation_id="list_events",
    openapi_extra=told(
        words.EventsOut, asks=words.EventsIn, refuses=[409, 422], signed_in=True, may=f"list: {SEE}"
    ),
)
def list_events(request: HttpRequest) -> HttpResponse:
    """The adverse events the caller may see, newest first; with the counts of states."""
    wanted, as_of, who = asked(request, words.EventsIn), clock.now(), caller(request)
    given = structs.asdict(wanted)
    after, limit = given.pop("after"), given.pop("limit")
    found = events.events(
        who, events.EventFilter(**given), today=clock.today(), site=own_site(who), after=after, limit=limit
    )
    say_listed(request, [row.device for row in found.rows])
    return confided(
        words.EventsOut(items=found.rows, next=found.next, by_state=dict(found.by_state), as_of=as_of)
    )


@router.post(
    "",
    operation_id="file_event",
    openapi_extra=told(
        Filed,
        status=201,
        hears=words.TellIn,
        refuses=[404, 409],
        signed_in=True,
        may="a clinic; a maker's side of its own device; inspector, head, registrar a letter they were sent",
        headers=[KEY],
        example={
            "device": "ai-901",
            "version": "1.0",
            "event_on": "2026-11-16",
            "aware_on": "2026-11-18",
            "event_type": "malfunction",
            "problems": ["A110201"],
            "narrative": "The viewer froze.",
            "source_id": "QMS-2026-117",
        },
    ),
)
def file(request: HttpRequest) -> HttpResponse:
    """Tell of an event: its coded core is kept, its clocks start, a narrative that names somebody is held."""
    given, who = heard(request, words.TellIn), caller(request)

    def deed() -> Filed:
        told_, now = words.told_of(given), clock.now()
        how = {"way": "api", "form": given.form, "source_id": given.source_id}
        return file_event(settings.HOME, told_, by=who, now=now, **how)

    return done(request, deed, status=201, at=lambda out: f"events/{out['number']}", verb="send_message")


@router.get(
    "/{number}",
    operation_id="read_event",
    openapi_extra=told(EventCard, refuses=[404, 409], signed_in=True, may=SEE),
)
def read(request: HttpRequest, number: str) -> HttpResponse:
    """An event whole: core, documents, steps, clocks with their derivation, open moves."""
    return confided(_card(caller(request), number))


@router.get(
    "/{number}/follow",
    operation_id="follow_event",
    openapi_extra=told(FollowCard, refuses=[403, 404, 409], signed_in=True, may="the clinic of its site"),
)
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """What became of a clinic's own report, in plain words."""
    return confided(events.followed_by_clinic(number, site=own_site(caller(request))))


@router.post(
    "/{number}/documents",
    operation_id="file_document",
    openapi_extra=told(
        words.DocumentOut,
        status=201,
        hears=words.DocumentIn,
        refuses=[404, 409],
        signed_in=True,
        may="the maker's side of its own device; a follow-up whoever may tell of the event",
        headers=[KEY],
        example={
            "kind": "report",
            "fields": {"event_type": "malfunction", "causes": ["C1002"]},
            "narrative": "The cache of the viewer ran full; version 1.1 empties it.",
        },
    ),
)
def document(request: HttpRequest, number: str) -> HttpResponse:
    """Send a report, a follow-up, a corrective action, a safety notice or an answer about an event."""
    given, who = heard(request, words.DocumentIn), caller(request)

    def deed() -> words.DocumentOut:
        now, text = clock.now(), given.narrative
        file_document(settings.HOME, number, given.kind, given.fields, narrative=text, by=who, now=now)
        return _last(_card(who, number), given.kind)

    return done(request, deed, status=201, at=lambda _out: f"events/{number}", verb=VERBS[given.kind])


@router.post(
    "/{number}/moves",
    operation_id="move_event",
    openapi_extra=told(
        words.EventMoved,
        hears=words.EventMoveIn,
        refuses=[404, 409],
        signed_in=True,
        may="the roles the table names for this state and verb",
        headers=[KEY],
        example={
            "verb": "ask",
            "because": "The report names no cause.",
            "added": {"question": "Which component failed?"},
        },
    ),
)
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Make a move of the event's table, on grounds where it asks for them."""
    wanted, who = heard(request, words.EventMoveIn), caller(request)

    def deed() -> words.EventMoved:
        grounds = Grounds(wanted.because, wanted.added)
        state = move_event(settings.HOME, number, wanted.verb, by=who, grounds=grounds, now=clock.now())
        return words.EventMoved(number, wanted.verb, state)

    return done(request, deed, verb=wanted.verb)


@router.get(
    "/{number}/similar",
    operation_id="similar_events",
    openapi_extra=told(
        Similar, refuses=[404], signed_in=True, may="oversight; the device's maker and its representative"
    ),
)
def like(request: HttpRequest, number: str) -> HttpResponse:
    """Events like one, as counts and as rates per 10,000 processed studies, and the days around it."""
    return confided(similar(settings.HOME, number, by=caller(request), today=clock.today()))


@router.get(
    "/{number}/quality",
    operation_id="quality_of_event",
    openapi_extra=told(
        Quality, refuses=[404], signed_in=True, may="oversight; the device's maker and its representative"
    ),
)
def quality(request: HttpRequest, number: str) -> HttpResponse:
    """How complete a report is, part by part, and what to add."""
    return confided(quality_of(caller(request), number))


def _card(who: Person, number: str) -> EventCard:
    return events.event(who, number, today=clock.today(), site=own_site(who))


def _last(card: EventCard, kind: str) -> words.DocumentOut:
    """The newest document of a kind, as its sender is told of it."""
    found = max((each for each in card.documents if each.kind == kind), key=lambda each: each.id)
    return words.DocumentOut(
        number=card.row.number, state=card.row.state, kind=kind, id=found.id, digest=found.digest,
        held=found.held,
    )  # fmt: skip
