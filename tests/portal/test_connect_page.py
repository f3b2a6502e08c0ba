# SPDX-License-Identifier: Apache-2.0
"""The page *Connect*: who sees it, what is shown once, what each button does, what leaves the clinic."""

from __future__ import annotations

import re

import pytest

from nadzor.portal.leaving import leaving
from nadzor_wire.event import KINDS

MINE, OTHERS = "ai-001", "ai-003"
CLINIC = "1.2.643.5.1.13.13.12.2.77.9100"


def address(code=MINE, deed=""):
    """The page of a device, or one of its deeds."""
    return f"/devices/{code}/connect/" + (f"{deed}/" if deed else "")


@pytest.mark.parametrize(
    "language, words", [("ru", "Установки и их ключи"), ("en", "Installations and their")]
)
@pytest.mark.parametrize("role", ["manufacturer_admin", "manufacturer_reporter", "inspector", "registrar"])
def test_it_is_shown_in_both_languages(client_of, role, language, words):
    """Keys with their suite, a real event with its place in the journal, every kind of event."""
    page = client_of(role, language).get(address()).content.decode()
    assert words in page and "ed25519+sha256" in page
    assert (
        re.search(r'href="/journal/\d+/\?seq=\d+#events"', page) and "&quot;kind&quot;: &quot;study" in page
    )
    assert all(f'<span class="mono">{kind}</span>' in page for kind in KINDS)


def test_strangers_do_not_see_it(client_of):
    """The public signs in, another maker is told of no such device, a clinic has no such pages."""
    assert client_of().get(address()).status_code == 302
    assert client_of().post(address(deed="invite"), {"clinic": CLINIC})["Location"] == "/login/?next=/"
    assert client_of("manufacturer_admin").get(address(OTHERS)).status_code == 404
    assert (
        client_of("manufacturer_admin").post(address(OTHERS, "invite"), {"clinic": CLINIC}).status_code == 404
    )
    assert client_of("clinic").get(address()).status_code == 403


def test_a_reporter_reads_and_presses_nothing(client_of):
    """No form stands on the page, and a form from elsewhere changes nothing."""
    reporter = client_of("manufacturer_reporter")
    assert "/devices/ai-001/connect/" not in re.findall(
        r'action="([^"]+)"', reporter.get(address()).content.decode()
    )
    key = _keys(reporter)[0]
    for deed, given in _deeds(key).items():
        assert reporter.post(address(deed=deed), given).status_code == 404
    assert _keys(reporter, alive=True) == _keys(reporter)


def test_a_token_is_shown_once_and_to_nobodys_cache(client_of):
    """The answer holds the token within the exact command; the page afterwards only names it."""
    maker = client_of("manufacturer_admin", "en")
    answer = maker.post(address(deed="invite"), {"clinic": CLINIC})
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    token = re.search(r"nadzor_sdk enrol --url \S+ --token (nz-\S+) --out", page)[1]
    again = maker.get(address()).content.decode()
    assert token not in again and "waits to be used" in again


def test_an_invitation_is_cancelled_on_grounds(client_of):
    """Without grounds nothing happens; with them the invitation is no longer good."""
    maker = client_of("manufacturer_admin", "en")
    page = maker.post(address(deed="invite"), {"clinic": CLINIC}).content.decode()
    name = re.search(r'<select id="cancel-name" name="name"><option>(\w{12})</option>', page)[1]
    assert maker.post(address(deed="cancel"), {"name": name}).status_code == 422
    assert maker.post(address(deed="cancel"), {"name": name, "because": "a mistake"}).status_code == 302
    assert "cancelled" in maker.get(address()).content.decode()
    assert maker.post(address(deed="cancel"), {"name": "0" * 12, "because": "again"}).status_code == 404


def test_a_key_is_revoked_once_and_for_good(client_of):
    """On grounds alone; the page then says so, and which key."""
    maker = client_of("manufacturer_admin", "en")
    key = _keys(maker)[0]
    assert maker.post(address(deed="revoke"), {"keyid": key, "because": " "}).status_code == 422
    assert maker.post(address(deed="revoke"), {"keyid": key, "because": "worn out"}).status_code == 302
    assert key not in _keys(maker, alive=True) and key in _keys(maker)


def test_a_lost_key_is_marked_since_a_moment(client_of):
    """A moment to come or none at all is refused on the page; one of the past leaves its batches doubted."""
    maker = client_of("manufacturer_admin", "en")
    key = _keys(maker)[0]
    for since in ("", "soon", "2999-01-01T00:00"):
        answer = maker.post(address(deed="lost"), {"keyid": key, "since": since, "because": "stolen"})
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    answer = maker.post(
        address(deed="lost"), {"keyid": key, "since": "2020-01-01T00:00", "because": "stolen"}
    )
    assert answer.status_code == 302 and key not in _keys(maker, alive=True)
    doubted = maker.get(f"/devices/{MINE}/delivery/").content.decode()
    assert "Batches under lost keys" in doubted and key in doubted


def test_a_key_of_another_device_is_not_touched_from_here(client_of, house):
    """Even by the registrar, who may revoke both: a page of one device acts on that device."""
    registrar = client_of("registrar", "en")
    foreign = _keys(registrar, code=OTHERS)[0]
    assert registrar.post(address(deed="revoke"), {"keyid": foreign, "because": "no"}).status_code == 404
    assert foreign in _keys(registrar, code=OTHERS, alive=True)


def test_a_forwarder_gets_a_token_and_loses_it(client_of):
    """Shown once with where to send; a second for the same installation; revoked on grounds."""
    maker = client_of("manufacturer_admin", "en")
    answer = maker.post(address(deed="forward"), {"forwarder-clinic": CLINIC})
    page = answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store" and "/v1/logs" in page
    token, name = re.search(r'id="token">(no-[^<]+)', page)[1], re.search(r"this token (t-\w{16})", page)[1]
    room = re.search(r"Installation (i-\w+); the log", page)[1]
    assert maker.post(address(deed="forward"), {"installation": room}).status_code == 200
    assert token not in maker.get(address()).content.decode()
    assert maker.post(address(deed="stop"), {"name": name}).status_code == 422
    assert maker.post(address(deed="stop"), {"name": name, "because": "moved"}).status_code == 302
    assert maker.post(address(deed="stop"), {"name": "t-no", "because": "moved"}).status_code == 404


@pytest.mark.parametrize("clinic", ["", "no oid", "1.2", "<b>", "9" * 400])
def test_rubbish_for_a_clinic_stands_on_the_page(client_of, clinic):
    """It says what to do and never repeats what was typed."""
    answer = client_of("manufacturer_admin", "en").post(address(deed="invite"), {"clinic": clinic})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'role="alert"' in page
    assert len(clinic) < 4 or clinic not in page


def test_a_deed_nobody_knows_is_not_found(client_of):
    """Neither by a form nor by a link."""
    registrar = client_of("registrar")
    assert registrar.post(address(deed="sing")).status_code == 404
    assert registrar.get(address(deed="invite")).status_code == 405


def test_every_field_of_the_wire_is_listed_and_no_code_holds_a_name(client_of, house):
    """The list is the schema's own; a pattern that a Russian name fits would be a lie on the page."""
    found = {each.kind: [line.cells for line in each.table.lines] for each in leaving()}
    assert set(found) == set(KINDS)
    for kind, cells in found.items():
        named = {re.split(r"[.\[]", row[0].text)[0] for row in cells}
        assert named - {"kind"} == set(KINDS[kind].__struct_fields__)
    patterns = {row[1].text for cells in found.values() for row in cells if row[1].text.startswith("^")}
    assert len(patterns) > 5
    assert not any(re.match(pattern, "Иванов И.И.") or re.match(pattern, "Ivanov I.") for pattern in patterns)


def test_the_test_stream_is_told_with_its_rejections(client_of):
    """What benches sent to the sandbox, and the way to the test."""
    page = client_of("manufacturer_admin", "en").get(address()).content.decode()
    assert "Newest test batches" in page and f'href="/devices/{MINE}/transmission/"' in page
    assert 'href="/drafts/"' in page


def _keys(client, *, code=MINE, alive=False):
    """Keys on the page of a device, in order; only those in force when asked."""
    page = client.get(address(code)).content.decode()
    table = page[page.index('id="keys"') : page.index("</table>")]
    rows = re.findall(r'<th scope="row">.*?</tr>', table, re.DOTALL)
    good = [row for row in rows if not alive or "state-good" in row]
    return [re.findall(r'<span class="hash"[^>]*>([0-9a-f]{16})</span>', row)[0] for row in good]


def _deeds(key):
    """Every deed with something in its form."""
    because = {"because": "because"}
    return {
        "invite": {"clinic": CLINIC},
        "revoke": {"keyid": key} | because,
        "lost": {"keyid": key, "since": "2020-01-01T00:00"} | because,
        "forward": {"forwarder-clinic": CLINIC},
        "cancel": {"name": "0" * 12} | because,
        "stop": {"name": "t-" + "0" * 16} | because,
    }
