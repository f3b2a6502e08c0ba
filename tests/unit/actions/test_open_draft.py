# SPDX-License-Identifier: Apache-2.0
"""Draft devices: who may open one, how many, what each refusal says, and who never sees it."""

from __future__ import annotations

import pytest

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.open_draft import DRAFTS_MAX, Draft, invite_draft, open_draft
from nadzor.actions.read_drafts import TestStream, read_test_stream
from nadzor.base import clock
from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records.models import AuditEntry
from nadzor.register import queries, revisions
from nadzor.register.drafts import draft, drafts
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import new_key
from tests.register_samples import MAKER, device
from tests.register_samples import register as register_file

pytestmark = pytest.mark.django_db
NAME = Text("Проба", "Trial")


def person(role, organisation):
    """Somebody of a role in an organisation."""
    return Person("somebody", "Somebody", role, organisation, frozenset())


@pytest.fixture
def maker(home):
    """A maker's administrator, whose maker and one device are in the register."""
    import_register(register_file(device()), by=CONSOLE, now=clock.now())
    return person(Role.MANUFACTURER_ADMIN, MAKER["code"])


def opened(home, by, **changed):
    """A draft of the maker."""
    asked = {"maker": MAKER["code"], "name": NAME, "modality": "DX"} | changed
    return open_draft(home, Draft(**asked), by=by, now=clock.now())


def test_a_draft_enrols_into_the_sandbox(home, maker):
    """Its token leads to the log of test streams; the opening is in the chain of deeds."""
    given = opened(home, maker)
    _, public, _ = new_key()
    enrolled = enrol_installation(home, token=given.token, public_key=b64(public), now=clock.now())
    assert enrolled.gateway == home.sandbox().address and enrolled.log_vkey == home.sandbox().vkey
    assert [bench.id for bench in draft(maker, given.device).installations] == [enrolled.installation]
    assert AuditEntry.objects.filter(verb="register.draft.open", object=given.device).count() == 1
    assert invite_draft(home, device=given.device, by=maker, now=clock.now()).token != given.token
    assert read_test_stream(home, given.device) == TestStream()


def test_a_draft_is_no_entry(home, maker):
    """Search, counts, cards and editions of the register do not know it."""
    given = opened(home, maker)
    assert [card.code for card in queries.search()] == [device()["code"]]
    assert (queries.count_devices(), queries.counts().devices) == (1, 1)
    assert given.device not in revisions.without_editions()
    with pytest.raises(Refusal, match="register.device-unknown"):
        queries.device(given.device)


def test_nobody_else_sees_or_uses_it(home, maker):
    """Another maker, a reporter, an inspector: no list, no card, no token, no draft in its name."""
    given = opened(home, maker)
    strangers = [
        person(Role.MANUFACTURER_ADMIN, "another"),
        person(Role.MANUFACTURER_REPORTER, MAKER["code"]),
        person(Role.INSPECTOR, None),
        None,
    ]
    for stranger in strangers:
        assert drafts(stranger) == []
        with pytest.raises(Refusal, match="register.device-unknown"):
            invite_draft(home, device=given.device, by=stranger, now=clock.now())
        with pytest.raises(Refusal, match="people.not-yours"):
            opened(home, stranger)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": Text(" ", "Trial")}, "draft.name"),
        ({"name": Text("Проба", "T" * 301)}, "draft.name"),
        ({"modality": "XRAY"}, "draft.modality"),
    ],
)
def test_what_is_asked_wrongly_is_told(home, maker, changed, code):
    """A name in both languages and a known modality are needed; nothing is made otherwise."""
    with pytest.raises(Refusal, match=code):
        opened(home, maker, **changed)
    assert drafts(maker) == []


def test_a_maker_has_a_few(home, maker):
    """The sixth is refused, and so is one for a maker the register does not know."""
    for _ in range(DRAFTS_MAX):
        opened(home, maker)
    with pytest.raises(Refusal, match="draft.too-many"):
        opened(home, maker)
    with pytest.raises(Refusal, match="draft.maker-unknown"):
        opened(home, CONSOLE, maker="nobody")
