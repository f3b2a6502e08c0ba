# SPDX-License-Identifier: Apache-2.0
"""Embargo: details wait for the public alone, not for long; never for clinics, never with life at stake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nadzor.actions.place_embargo import Hiding, end_embargo, longest_until, note_ended, place_embargo
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.queries import CONSOLE
from nadzor.records.embargoes import embargoes, hidden_details
from nadzor.records.vault import pseudonym
from nadzor.vigilance.models import AdverseEvent, PublicNotice, SafetyWarning, WarningCopy
from nadzor.vigilance.veil import INSTEAD
from nadzor.vigilance.warnings import public_notice

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
TEXT = "Version 7.7.7 fails with code A0901 when the viewer is set to mode.raw"


@pytest.fixture
def notice(house):
    """A public notice of a device's version."""
    return _notice("deviation", "SN-2026-990001")


def _notice(kind, number):
    device = "ai-001"
    return PublicNotice.objects.create(
        number=number, device=device, versions=["7.7.7"], source="regulator", kind=kind,
        title_ru="Версия 7.7.7", title_en="Version 7.7.7", text_ru=TEXT, text_en=TEXT, published_at=NOW - DAY,
        published_by="house", changed_at=NOW - DAY,
    )  # fmt: skip


def _hiding(*hides, **more):
    told = {"device": "ai-001", "version": "7.7.7", "until": NOW + 30 * DAY, "because": "not repaired yet"}
    return Hiding(hides=hides, **(told | more))


def test_details_wait_on_every_public_way(notice, client_of):
    """Page, list, feed, JSON, CSV and API leave out version and code while they wait, and say so."""
    place_embargo(_hiding("version", "failure_code"), by=CONSOLE, now=NOW - DAY)
    public = client_of(None, "en")
    ways = ["/notices/", f"/notices/{notice.number}/", "/notices/feed.atom",
            "/api/v1/notices", "/api/v1/notices.json", "/api/v1/notices.csv",
            f"/api/v1/notices/{notice.number}", "/register/ai-001/"]  # fmt: skip
    seen = 0
    for way in ways:
        answer = public.get(way)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if answer.status_code == 200:
            seen += 1
            text = content.decode()
            assert "7.7.7" not in text, way
            assert "A0901" not in text, way
    assert seen == len(ways)
    assert "[detail not disclosed yet]" in public_notice(notice.number, now=NOW).text.en


def test_free_words_wait_whole(notice):
    """Where a configuration waits, no pattern is trusted: the text goes, and says what clinics know."""
    place_embargo(_hiding("configuration"), by=CONSOLE, now=NOW - DAY)
    assert public_notice(notice.number, now=NOW).text == INSTEAD


def test_it_ends_by_itself_and_followers_hear(notice):
    """After its time nothing is hidden, without any deed; the job then marks the notice as changed."""
    place_embargo(_hiding("version", until=NOW - DAY / 2), by=CONSOLE, now=NOW - 2 * DAY)
    assert public_notice(notice.number, now=NOW).versions == ("7.7.7",)
    before = public_notice(notice.number, now=NOW).changed_at
    assert note_ended(now=NOW) == 1
    assert public_notice(notice.number, now=NOW).changed_at > before
    assert note_ended(now=NOW) == 0


def test_the_head_may_end_it_early(notice):
    """With grounds; the detail is told from that moment."""
    id = place_embargo(_hiding("version"), by=CONSOLE, now=NOW - DAY)
    assert hidden_details("ai-001", "7.7.7", now=NOW) == {"version"}
    end_embargo(id, because="repaired", by=CONSOLE, now=NOW)
    assert hidden_details("ai-001", "7.7.7", now=NOW) == frozenset()
    assert public_notice(notice.number, now=NOW).versions == ("7.7.7",)


def test_another_version_is_told(notice):
    """An embargo on one version hides nothing of another."""
    place_embargo(_hiding("version", version="1.0"), by=CONSOLE, now=NOW - DAY)
    assert public_notice(notice.number, now=NOW).versions == ("7.7.7",)


def test_a_danger_to_life_is_kept_from_nobody(house):
    """A notice of a threat stays whole under any embargo, and none can be placed about such an event."""
    grave = _notice("threat", "SN-2026-990002")
    place_embargo(_hiding("version", "exploit"), by=CONSOLE, now=NOW - DAY)
    assert public_notice(grave.number, now=NOW).text.en == TEXT
    number = "AE-2026-990001"
    AdverseEvent.objects.create(
        number=number, way="portal", device="ai-001", seriousness="death", state="received", received_at=NOW,
        reporter_role="clinic", changed_at=NOW,
    )  # fmt: skip
    with pytest.raises(Refusal, match=r"embargo\.danger"):
        place_embargo(_hiding("version", about=f"event {number}"), by=CONSOLE, now=NOW)


@pytest.fixture
def copied(house):
    """A warning of a deviation, and the copy of the clinic's own site."""
    warning = SafetyWarning.objects.create(
        number="SW-2026-990001", device="ai-001", versions=["7.7.7"], kind="deviation", title_ru=TEXT,
        title_en=TEXT, text_ru=TEXT, text_en=TEXT, at=NOW - DAY, by="house",
    )  # fmt: skip
    site = pseudonym(User.objects.get(username="clinic").organisation.oid, home=house)
    return WarningCopy.objects.create(
        warning=warning, site=site, versions=["7.7.7"], sent_at=NOW - DAY, reached=True
    )


def test_clinics_receive_everything(copied, client_of):
    """Under an embargo of every detail the clinic's letter names version, code and configuration."""
    hides = ("version", "configuration", "failure_code", "exploit")
    place_embargo(_hiding(*hides, version=""), by=CONSOLE, now=NOW - DAY)
    clinic = client_of("clinic")
    page = clinic.get(f"/clinic/warnings/{copied.warning.number}/")
    assert page.status_code == 200
    for detail in ("7.7.7", "A0901", "mode.raw"):
        assert detail in page.content.decode()


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("embargo.details", {"hides": ("danger",)}),
        ("embargo.details", {"hides": ()}),
        ("embargo.until", {"until": NOW + 400 * DAY}),
        ("embargo.until", {"until": NOW - DAY}),
        ("embargo.grounds", {"because": " "}),
    ],
    ids=["not in the list", "nothing", "too long", "over already", "no grounds"],
)
def test_it_is_bounded(house, code, changed):
    """Only details of the closed list, for a bounded time, with grounds."""
    hiding = Hiding(
        **({"device": "ai-001", "hides": ("version",), "until": NOW + DAY, "because": "x"} | changed)
    )
    with pytest.raises(Refusal) as refused:
        place_embargo(hiding, by=CONSOLE, now=NOW)
    assert refused.value.code == code
    assert embargoes() == []


def test_an_unknown_one_cannot_end(house):
    """Nothing ends that was never placed."""
    with pytest.raises(Refusal, match=r"embargo\.unknown"):
        end_embargo(1, because="x", by=CONSOLE, now=NOW)


def test_the_desk_places_and_ends(house, client_of):
    """The head by the form; an inspector without a delegation reads and is refused."""
    head, inspector = client_of("head"), client_of("inspector")
    until = f"{longest_until(NOW) - 2 * DAY:%Y-%m-%d}"
    form = {"device": "ai-001", "hides": ["version"], "until": until, "because": "not repaired"}
    assert inspector.post("/embargoes/place/", form).status_code == 403
    assert head.post("/embargoes/place/", form | {"hides": []}).status_code == 422
    assert head.post("/embargoes/place/", form).status_code == 302
    (card,) = embargoes()
    assert card.holds(datetime.now(UTC))
    assert "ai-001" in head.get("/embargoes/").content.decode() or card.device == "ai-001"
    assert inspector.get("/embargoes/").status_code == 200
    assert head.post(f"/embargoes/{card.id}/end/", {"because": ""}).status_code == 422
    assert head.post(f"/embargoes/{card.id}/end/", {"because": "repaired"}).status_code == 302
    assert not embargoes()[0].holds(datetime.now(UTC))


@pytest.mark.parametrize("who", ["inspector", "head", "manufacturer_admin"])
def test_staff_and_the_maker_read_everything(copied, client_of, who):
    """Under an embargo of every detail the desk and the device's own maker read the letter whole."""
    hides = ("version", "configuration", "failure_code", "exploit")
    place_embargo(_hiding(*hides, version=""), by=CONSOLE, now=NOW - DAY)
    page = client_of(who).get(f"/warnings/{copied.warning.number}/")
    assert page.status_code == 200
    for detail in ("7.7.7", "A0901", "mode.raw"):
        assert detail in page.content.decode()


def test_the_card_in_the_register_names_no_detail_that_waits(notice, client_of):
    """The card shows that there is a notice, and its title without the version, until the embargo ends."""
    public = client_of(None, "en")
    assert "Version 7.7.7" in public.get("/register/ai-001/").content.decode()
    id = place_embargo(_hiding("version"), by=CONSOLE, now=NOW - DAY)
    page = public.get("/register/ai-001/").content.decode()
    assert notice.number in page
    assert "7.7.7" not in page
    end_embargo(id, because="repaired", by=CONSOLE, now=NOW)
    assert "Version 7.7.7" in public.get("/register/ai-001/").content.decode()
