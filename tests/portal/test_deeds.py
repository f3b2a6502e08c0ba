# SPDX-License-Identifier: Apache-2.0
"""What a person can do on the pages: sign in, choose how to read, check a receipt, move a signal."""

from __future__ import annotations

import csv
import io
import json
import re

import msgspec
import pytest
from django.test import Client

from nadzor.people.models import User
from nadzor.receipts.bundle_check import Pins, verify_bundle
from nadzor_wire.receipt import decode_receipt, verify_receipt
from tests.town import PASSWORD


def test_signing_in_and_out(client_of):
    """A person signs in with the right words, lands where they wanted, and leaves by POST only."""
    client = client_of()
    wrong = client.post("/login/?next=/signals/", {"username": "inspector", "password": "wrong"})
    assert wrong.status_code == 200 and 'role="alert"' in wrong.content.decode()
    right = client.post("/login/?next=/signals/", {"username": "inspector", "password": PASSWORD})
    assert (right.status_code, right["Location"]) == (302, "/signals/")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert client.get("/signals/").status_code == 302


def test_signing_in_leads_nowhere_else(client_of):
    """An address of another site as the place to return to is ignored."""
    answer = client_of().post("/login/?next=//evil.example/", {"username": "inspector", "password": PASSWORD})
    assert answer["Location"] == "/morning/"


@pytest.mark.parametrize(
    ("role", "first"),
    [("head", "/head/"), ("registrar", "/morning/"), ("clinic", "/"), ("auditor", "/")],
)
def test_a_day_begins_where_the_role_works(client_of, role, first):
    """Whoever signs in without having been on the way somewhere lands on the page of their day."""
    client = client_of()
    user = User.objects.filter(role=role).first()
    user.set_password(PASSWORD)
    user.save()
    answer = client.post("/login/", {"username": user.username, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, first)


def test_language_and_theme_are_kept_and_the_page_stays(client_of):
    """The switches set our cookie and return to the same page; nonsense and foreign addresses do not pass."""
    client = client_of(language="ru")
    answer = client.post("/preferences/", {"language": "en", "theme": "dark", "next": "/register/?q=ai"})
    assert answer["Location"] == "/register/?q=ai"
    page = client.get("/register/").content.decode()
    assert '<html lang="en" data-theme="dark"' in page and "Register of medical devices" in page
    away = client.post("/preferences/", {"language": "xx", "theme": "pink", "next": "https://evil.example/"})
    assert (away["Location"], dict(away.cookies)) == ("/", {})


def test_forms_need_their_token(house):
    """A form of another site cannot act for a person."""
    answer = Client(enforce_csrf_checks=True).post("/preferences/", {"language": "en"})
    assert answer.status_code == 403
    assert "<h1>" in answer.content.decode()


def test_a_downloaded_receipt_verifies_offline_and_on_the_page(client_of, house):
    """The file proves itself under the log's key alone, pasted or uploaded."""
    body = client_of("inspector").get("/journal/1/receipt.json").content
    assert verify_receipt(decode_receipt(body), house.log_vkey).size > 1
    public = client_of(language="en")
    pasted = public.post("/receipt/", {"text": body.decode()})
    upload = io.BytesIO(body)
    upload.name = "receipt.json"
    uploaded = public.post("/receipt/", {"file": upload})
    assert [answer.status_code for answer in (pasted, uploaded)] == [200, 200]
    assert all("The receipt is genuine" in answer.content.decode() for answer in (pasted, uploaded))


def test_a_downloaded_bundle_verifies_offline(client_of, house):
    """The button of the batch page gives a file that proves itself; a foreign maker finds no such batch."""
    body = client_of("inspector").get("/journal/1/bundle.json").content
    assert verify_bundle(body, Pins(vkey=house.log_vkey)).batches == 1
    assert client_of("inspector").get("/journal/999999/bundle.json").status_code == 404


@pytest.mark.parametrize(
    ("field", "break_it"),
    [
        ("receipt", lambda found: "no JSON at all"),
        ("receipt", lambda found: json.dumps([1, 2])),
        ("leaf", lambda found: _changed(found, leaf=found["leaf"] | {"extra": 1})),
        ("proof", lambda found: _changed(found, leaf=found["leaf"] | {"last": found["leaf"]["last"] + 1})),
        ("proof", lambda found: _changed(found, index=found["index"] + 1)),
        ("proof", lambda found: _changed(found, proof=found["proof"][:-1])),
        ("checkpoint", lambda found: _changed(found, checkpoint=found["checkpoint"].replace("\n", "\n9", 1))),
    ],
)
def test_a_false_receipt_is_explained(client_of, field, break_it):
    """Whatever was altered, the page says where it fails and what to do."""
    found = msgspec.json.decode(client_of("inspector").get("/journal/1/receipt.json").content)
    answer = client_of(language="en").post("/receipt/", {"text": break_it(found)})
    page = answer.content.decode()
    assert answer.status_code == 200 and "The receipt does not hold" in page and "What to do" in page
    assert f"<code>{field}" in page


def _changed(found, **parts):
    return json.dumps(found | parts)


def test_an_empty_or_huge_receipt_is_asked_for_again(client_of):
    """Nothing given, or a file no receipt can be as large as, is a form with its error."""
    public = client_of(language="en")
    big = io.BytesIO(b" " * 70_000)
    big.name = "big.json"
    answers = [public.post("/receipt/", {}), public.post("/receipt/", {"file": big})]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all('class="error"' in answer.content.decode() for answer in answers)


def test_an_inspector_takes_up_a_signal_and_gives_grounds(client_of):
    """The buttons are those of the table; a move without grounds is refused with its code."""
    client = client_of("inspector", "en")
    card = _card(client)
    assert re.findall(r'name="verb" value="(\w+)"', client.get(card).content.decode()) == [
        "take", "merge",
    ]  # fmt: skip
    assert client.post(f"{card}move/", {"verb": "take"})["Location"] == card
    assert "under review" in client.get(card).content.decode()
    bare = client.post(f"{card}move/", {"verb": "ask_maker", "because": " "})
    assert bare.status_code == 422 and "move.no-grounds" in bare.content.decode()
    client.post(f"{card}move/", {"verb": "ask_maker", "because": "the scanner was changed?"})
    assert "the scanner was changed?" in client.get(card).content.decode()


def test_nobody_moves_a_signal_they_may_not_see(client_of):
    """The public signs in, another maker learns nothing; the auditor sees the card without buttons."""
    inspector = client_of("inspector")
    card = _card(inspector, "ai-003")
    assert client_of().post(f"{card}move/", {"verb": "take"})["Location"] == "/login/?next=/"
    assert client_of("manufacturer_admin").post(f"{card}move/", {"verb": "take"}).status_code == 404
    assert 'name="verb"' not in client_of("auditor").get(card).content.decode()


def _card(client, device="ai-001"):
    listed = client.get(f"/signals/?device={device}").content.decode()
    return re.findall(r'href="(/signals/\d+/)"', listed)[0]


def test_the_month_is_the_same_in_every_file(client_of):
    """Page, JSON and CSV agree on hash and volumes; the workbook is a workbook."""
    client = client_of("inspector", "en")
    month = re.findall(
        r'href="(/months/\d{4}-\d\d/ai-001/)"', client.get("/devices/ai-001/months/").content.decode()
    )[1]
    page, stem = client.get(month).content.decode(), month.rstrip("/")
    told = json.loads(client.get(f"{stem}.json").content)
    assert told["hash"] in page
    rows = list(csv.reader(io.StringIO(client.get(f"{stem}.csv").content.decode())))
    assert len(rows) == len(told["lines"]) + 1
    assert client.get(f"{stem}.xlsx").content.startswith(b"PK")
    assert f'filename="ai-001-{told["month"]}.csv"' in client.get(f"{stem}.csv")["Content-Disposition"]


def test_a_kept_month_is_recomputed_to_the_same_hash(client_of):
    """The report that was kept, computed again from the rollup, has its hash."""
    client = client_of("inspector", "en")
    listed = client.get("/devices/ai-001/months/").content.decode()
    kept = re.search(r'href="(/months/[\d-]+/ai-001/)">.*?state-good', listed.replace("\n", ""))
    assert kept and "same hash" in client.get(kept[1]).content.decode()


def test_filters_answer_with_rows_only_when_asked_by_script(client_of):
    """A request by script gets the rows alone; without script the same address is the whole page."""
    client = client_of("inspector")
    part = client.get("/signals/?state=all", headers={"HX-Request": "true"}).content.decode()
    whole = client.get("/signals/?state=all").content.decode()
    assert "<html" not in part and "/signals/1/" in part and part.strip() in whole.replace("\r", "")
    rows = client.get("/register/?q=ai-00", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in rows and "/register/ai-001/" in rows


def test_the_register_is_read_to_its_end_page_by_page(client_of):
    """Following the cursor shows every device once."""
    client, address, seen = client_of(), "/register/", []
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'href="/register/([\w-]+)/"', page)
        further = re.search(r'href="([^"]+)" rel="next"', page)
        address = "/register/" + further[1].replace("&amp;", "&") if further else ""
    assert len(seen) == len(set(seen)) >= 48


def test_a_narrative_is_never_shown_with_its_batch():
    """The free text of an adverse event stays out of the page of the journal."""
    from nadzor.portal.batch import _event

    sent = b'{"kind":"adverse_event","at":"2026-11-01T00:00:00Z","narrative":"the patient Ivanov"}'
    shown = "".join(cell.text for cell in _event(1, sent, is_current=False).cells)
    assert "Ivanov" not in shown and "adverse_event" in shown
    assert _event(2, b"{", is_current=False).cells[1].state == "alarm"
