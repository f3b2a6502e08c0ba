# SPDX-License-Identifier: Apache-2.0
"""Pages of adverse events: a clinic reports, a maker answers, the desk decides, others see nothing."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nadzor.base import clock
from nadzor.people.models import User
from nadzor.records import audit, vault
from nadzor.register.models import Installation
from nadzor.vigilance.models import AdverseEvent, Alert, DutyDay, Narrative
from tests.town import CLINIC_OID

OWN = "ai-001"  # of the maker who has an account
FOREIGN = "ai-003"
TODAY = clock.today().isoformat()
ANSWERS = {
    "wrong": ["missed"], "harm": "later", "event_on": TODAY, "words": "Пропущен узел 9 мм.", "once": "form-1",
}  # fmt: skip
PERSONAL = "Пациент, тел. +7 916 123-45-67, ждал."
DESK = ("inspector", "head")
STRANGERS = ("clinic", "operator", "expert")


@pytest.fixture
def mine(house):
    """The installations of the clinic that has an account."""
    site = vault.pseudonym(CLINIC_OID, home=house)
    return list(Installation.objects.filter(site=site, sandbox=False).select_related("device"))


@pytest.fixture
def reported(client_of, mine):
    """An event that the clinic reported by its form."""

    def make(**more):
        given = ANSWERS | {"system": mine[0].pk, "step": "send"} | more
        answer = client_of("clinic").post("/clinic/report/", given)
        assert answer.status_code == 302, answer.content.decode()
        return AdverseEvent.objects.get(number=answer["Location"].split("/")[3])

    return make


@pytest.fixture
def letter(client_of, house):
    """An event on some device that the inspector filed from a letter."""

    def make(device=OWN, **more):
        given = ANSWERS | {"system": device, "once": f"letter-{device}"} | more
        answer = client_of("inspector").post("/events/new/", given)
        assert answer.status_code == 302, answer.content.decode()
        return AdverseEvent.objects.get(number=answer["Location"].split("/")[2])

    return make


def test_a_clinic_reports_checks_and_reads_its_number(client_of, mine, reported):
    """The form, the answers once more, then the number, the maker's last day with its norm, the state."""
    client = client_of("clinic", "en")
    assert mine[0].pk in client.get("/clinic/report/").content.decode()
    checked = client.post("/clinic/report/", ANSWERS | {"system": mine[0].pk, "step": "check"})
    assert "Check the answers" in checked.content.decode() and AdverseEvent.objects.count() == 0
    event = reported()
    page = client.get(f"/clinic/events/{event.number}/?sent=1").content.decode()
    assert f"Its number: {event.number}" in page and "/norms/vigilance.report.other" in page
    assert event.site and event.site not in page and "Пропущен узел 9 мм." in page
    assert event.number in client.get("/clinic/events/").content.decode()


def test_the_same_form_sent_twice_is_one_report(reported):
    """A second press leads to the report that is there."""
    first, second = reported(), reported()
    assert first.pk == second.pk and AdverseEvent.objects.count() == 1


def test_a_try_goes_through_everything_and_files_nothing(client_of, mine):
    """Each page says that it is practice; at the end stands what would happen, and nothing was kept."""
    client, given = client_of("clinic", "en"), ANSWERS | {"system": mine[0].pk, "practice": "1"}
    pages = [
        client.get("/clinic/report/?practice=1"),
        client.post("/clinic/report/", given | {"step": "check"}),
        client.post("/clinic/report/", given | {"step": "send"}),
    ]
    texts = [page.content.decode() for page in pages]
    assert all("PRACTICE" in text and 'class="tryout-mark"' in text for text in texts)
    assert "the maker must report by" in texts[2] and AdverseEvent.objects.count() == 0


def test_a_held_text_is_explained_and_the_clock_runs(client_of, reported):
    """The clinic reads kindly that its text waits; nobody reads the detail; the maker's last day stands."""
    event = reported(words=PERSONAL)
    page = client_of("clinic", "en").get(f"/clinic/events/{event.number}/").content.decode()
    assert "Your text is held back" in page and "916" not in page and "/norms/vigilance.report" in page
    assert "916" not in client_of("head").get(f"/events/{event.number}/").content.decode()


def test_a_clinic_sees_no_other_site(client_of, letter, mine):
    """Another's event is unknown to it, and so are its follow-up and its decision."""
    event, client = letter(), client_of("clinic")
    assert client.get(f"/clinic/events/{event.number}/").status_code == 404
    assert client.post(f"/clinic/events/{event.number}/add/", {"words": "x"}).status_code == 404
    assert client.post(f"/clinic/events/{event.number}/decide/", {"verb": "confirm"}).status_code == 404
    assert client.post(f"/clinic/events/{event.number}/decide/", {"verb": "close"}).status_code == 404


def test_a_clinic_confirms_what_was_said_at_its_door(client_of, mine, house):
    """Without grounds it is told so beside the form; with grounds the maker's clock starts."""
    clinic = client_of("clinic", "en")
    clinic.post("/clinic/codes/make/", {"installation": mine[0].pk})
    code = re.search(r"/clinic/codes/(\w+)-a5", clinic.get("/clinic/codes/").content.decode())[1]
    client_of().post(f"/say/{code}/", ANSWERS)
    event = AdverseEvent.objects.get()
    assert event.number in clinic.get("/clinic/events/").content.decode()
    refused = clinic.post(f"/clinic/events/{event.number}/decide/", {"verb": "confirm", "because": " "})
    assert refused.status_code >= 400 and 'role="alert"' in refused.content.decode()
    given = {"verb": "confirm", "because": "The shift leader looked at the study."}
    assert clinic.post(f"/clinic/events/{event.number}/decide/", given).status_code == 302
    event.refresh_from_db()
    assert event.state == "awaiting_report"


def test_a_clinic_adds_to_its_report(client_of, reported):
    """An empty word is refused in place; a word is kept as a follow-up."""
    event, client = reported(), client_of("clinic", "en")
    empty = client.post(f"/clinic/events/{event.number}/add/", {"words": "  "})
    assert empty.status_code == 422 and 'href="#words"' in empty.content.decode()
    assert client.post(f"/clinic/events/{event.number}/add/", {"words": "Again today."}).status_code == 302
    assert "Again today." in client.get(f"/clinic/events/{event.number}/").content.decode()


@pytest.mark.parametrize("role", STRANGERS)
def test_strangers_have_no_queue(client_of, letter, role):
    """Neither list, card, roster nor files; the public signs in first."""
    event, client = letter(), client_of(role)
    for address in ("/events/", f"/events/{event.number}/", "/events/pairs/", "/events/import/", "/duty/",
                    f"/events/{event.number}/event.json", "/events/export/"):  # fmt: skip
        assert client.get(address).status_code == 403, address
        assert client_of().get(address).status_code == 302, address


def test_a_maker_sees_its_own_devices_and_no_site(client_of, letter, reported):
    """Its own event with its clock; another maker's is unknown in every way; nothing near the clinic."""
    own, foreign = letter(), letter(FOREIGN)
    maker = client_of("manufacturer_admin", "en")
    page = maker.get("/events/").content.decode()
    assert own.number in page and foreign.number not in page and "calendar days left" in page
    card = maker.get(f"/events/{own.number}/").content.decode()
    assert "File the report" in card and "Site (pseudonym)" not in card
    for ending in ("", "event.json", "event.pdf", "send/report/"):
        assert maker.get(f"/events/{foreign.number}/{ending}").status_code == 404, ending
    assert maker.post(f"/events/{foreign.number}/move/", {"verb": "close"}).status_code == 404


def test_a_maker_files_its_report_and_answers(client_of, letter):
    """An empty report is refused field by field; a whole one meets the clock; a question is answered."""
    event, maker, desk = letter(), client_of("manufacturer_admin", "en"), client_of("inspector", "en")
    address = f"/events/{event.number}/send/report/"
    empty = maker.post(address, {})
    assert empty.status_code == 422 and 'href="#conclusion"' in empty.content.decode()
    given = {"conclusion": "The threshold was too high.", "causes": "C1010 D19"}
    assert maker.post(address, given).status_code == 302
    assert "met" in maker.get(f"/events/{event.number}/").content.decode()
    asked = {"verb": "ask", "ask-question": "How many sites?", "ask-because": "It is not said."}
    assert desk.post(f"/events/{event.number}/move/", asked).status_code == 302
    answer = maker.post(f"/events/{event.number}/send/answer/", {"narrative": "Three sites."})
    event.refresh_from_db()
    assert answer.status_code == 302 and event.state == "reported"
    shut = maker.get(address)
    assert shut.status_code == 409 and "portal.document-not-open" in shut.content.decode()


def test_a_maker_tells_first(client_of, house):
    """Its own device with its own clock; another maker's device is not offered and not taken."""
    maker = client_of("manufacturer_admin", "en")
    assert f'value="{FOREIGN}"' not in maker.get("/events/new/").content.decode()
    assert maker.post("/events/new/", ANSWERS | {"system": FOREIGN}).status_code == 422
    assert maker.post("/events/new/", ANSWERS | {"system": OWN}).status_code == 302
    assert AdverseEvent.objects.get().state == "awaiting_report"


def test_the_desk_decides_what_the_table_allows(client_of, letter):
    """A move without grounds stands refused beside its form; with grounds it is made; twice, once."""
    event, desk = letter(), client_of("inspector", "en")
    bare = desk.post(f"/events/{event.number}/move/", {"verb": "reclassify_death"})
    text = bare.content.decode()
    assert bare.status_code >= 400 and 'href="#move-reclassify_death"' in text and "open" in text
    seen = re.search(r'name="seen" value="(\d+)"', text)[1]
    words = {"reclassify_death-because": "The patient died on the ward."}
    given = {"verb": "reclassify_death", "seen": seen} | words
    for _ in range(2):
        assert desk.post(f"/events/{event.number}/move/", given).status_code == 302
    other = given | {"verb": "reclassify_threat", "reclassify_threat-because": "Many."}
    assert desk.post(f"/events/{event.number}/move/", other).status_code == 409
    event.refresh_from_db()
    assert event.seriousness == "death" and event.steps.filter(verb="reclassify_death").count() == 1


def test_an_alert_stands_on_top_until_somebody_has_read_it(client_of, letter):
    """A death is told at once; acknowledging it takes it off the page; a maker cannot acknowledge."""
    event = letter(harm="death")
    alert, desk = Alert.objects.get(event=event), client_of("head", "en")
    assert "Alerts that nobody has acknowledged" in desk.get("/events/").content.decode()
    address = f"/events/{event.number}/alerts/{alert.pk}/"
    assert client_of("manufacturer_admin").post(address).status_code == 404
    assert desk.post(address).status_code == 302
    alert.refresh_from_db()
    assert alert.acknowledged_by == "head"
    assert "Alerts that nobody has acknowledged" not in desk.get("/events/").content.decode()


def test_a_held_text_is_opened_on_record_and_released(client_of, reported):
    """Asked first, recorded with the reader's name, refused while a detail is left, then released."""
    event, desk = reported(words=PERSONAL), client_of("inspector", "en")
    paper = Narrative.objects.get(held=True).document_id
    address = f"/events/{event.number}/texts/{paper}/"
    assert "916" not in desk.get(address).content.decode()
    opened = desk.post(address)
    assert "916" in opened.content.decode() and opened["Cache-Control"] == "private, no-store"
    assert any("narrative.open" in str(each) and "inspector" in str(each) for each in audit.entries())
    still = desk.post(address + "release/", {"text": PERSONAL})
    assert still.status_code >= 400 and 'href="#text"' in still.content.decode()
    assert desk.post(address + "release/", {"text": "Пациент, тел. ▮▮▮, ждал."}).status_code == 302
    assert "▮▮▮" in desk.get(f"/events/{event.number}/").content.decode()
    assert desk.get(address).status_code == 404


@pytest.mark.parametrize("role", ["auditor", "registrar", "manufacturer_admin", "clinic"])
def test_only_the_desk_opens_a_held_text(client_of, reported, role):
    """Nobody else reaches the page, and nothing is opened."""
    event = reported(words=PERSONAL)
    paper = Narrative.objects.get(held=True).document_id
    assert client_of(role).post(f"/events/{event.number}/texts/{paper}/").status_code in (403, 404)
    assert not any("narrative.open" in str(each) for each in audit.entries())


def test_files_hold_no_formula(client_of, reported, mine):
    """What somebody typed as a formula is text in the table and in the workbook."""
    reported(words="=HYPERLINK(1)", system="other", told='=cmd|"/c calc"!A1')
    desk = client_of("inspector")
    table = desk.get("/events/export/?as=csv&state=open").content.decode("utf-8-sig")
    assert "cmd" in table and not re.search(r'(^|[,;"\n])=', table)
    assert desk.get("/events/export/?as=xlsx").content.startswith(b"PK")
    assert desk.get("/events/export/?as=exe").status_code >= 400


@pytest.mark.parametrize(
    "kind, starts", [("json", b"{"), ("fhir", b"{"), ("mir", b"<?xml"), ("pdf", b"%PDF")]
)
def test_one_event_is_taken_away(client_of, letter, kind, starts):
    """Each format of one event, for those who may see it."""
    event = letter()
    answer = client_of("inspector").get(f"/events/{event.number}/event.{kind}")
    assert answer.status_code == 200 and answer.content.lstrip().startswith(starts)
    assert event.number in answer["Content-Disposition"]


def test_a_file_is_imported_with_its_bad_rows_named(client_of, house):
    """Good rows are kept, bad ones named with their line; the same file again adds nothing."""
    text = "report_id,device,event_date,aware_date,received_date,event_type,problem_codes,narrative\n"
    text += f"r1,{OWN},2026-01-02,2026-01-03,2026-01-05,malfunction,A090803,fine\n"
    text += f"r2,{OWN},2026-13-99,2026-01-03,2026-01-05,malfunction,A090803,bad\n"
    desk = client_of("inspector", "en")
    for _ in range(2):
        answer = desk.post("/events/import/", {"events-file": SimpleUploadedFile("a.csv", text.encode())})
        assert answer.status_code == 200 and "r2" in answer.content.decode()
        assert AdverseEvent.objects.count() == 1
    assert desk.post("/events/import/", {}).status_code >= 400


def test_the_head_sets_the_duty_and_others_read_it(client_of, house):
    """A day is set once for the one who is told; a past day and a stranger are refused in place."""
    head = client_of("head", "en")
    given = {"day": TODAY, "who": "inspector"}
    assert head.post("/duty/set/", given).status_code == 302
    assert DutyDay.objects.get().username == "inspector"
    assert "inspector" in client_of("auditor", "en").get("/duty/").content.decode()
    past = head.post("/duty/set/", given | {"day": "2020-01-01"})
    assert past.status_code >= 400 and 'href="#day"' in past.content.decode()
    assert head.post("/duty/set/", given | {"who": "clinic"}).status_code >= 400
    assert head.post("/duty/set/", given | {"day": "rubbish"}).status_code == 422
    assert client_of("inspector").post("/duty/set/", given).status_code == 403


def test_a_case_is_opened_from_an_event_once(client_of, letter):
    """Without grounds it is refused beside the form; a second press finds the case that is open."""
    event, desk = letter(), client_of("inspector", "en")
    address = f"/events/{event.number}/case/"
    assert desk.post(address, {"because": ""}).status_code >= 400
    first = desk.post(address, {"because": "Three alike this month."})
    again = desk.post(address, {"because": "Three alike this month."})
    assert first.status_code == 302 and first["Location"].startswith("/filings/")
    assert again.status_code in (302, 409)


@pytest.mark.parametrize("address", ["/clinic/report/", "/events/new/", "/events/import/", "/duty/set/"])
def test_every_form_asks_for_our_token(house, address):
    """A form of another site is refused before anything is read."""
    client = Client(enforce_csrf_checks=True)
    user = User.objects.get(username="clinic" if address.startswith("/clinic") else "head")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address, ANSWERS).status_code == 403


@pytest.mark.parametrize("query", ["?after=x", "?state=nothing", "?code=%00", "?after=99999999999999999999",
                                   "?what=late&seriousness=x&way=y&device=z&version=%3Cimg%3E"])  # fmt: skip
def test_rubbish_in_an_address_is_an_empty_list(client_of, letter, query):
    """Whatever stands in the address, the queue answers."""
    letter()
    answer = client_of("inspector").get("/events/" + query)
    assert answer.status_code == 200 and b"<img" not in answer.content.split(b'id="rows"')[1]


@pytest.mark.parametrize("language, words", [("ru", "Нежелательные события"), ("en", "Adverse events")])
def test_the_queue_speaks_both_languages_and_counts(client_of, letter, language, words):
    """Heading, filters, and the event by its codes."""
    event = letter()
    page = client_of("inspector", language).get("/events/").content.decode()
    assert words in page and event.number in page and "/norms/vigilance.report.other" in page
