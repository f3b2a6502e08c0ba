# SPDX-License-Identifier: Apache-2.0
"""A filing that the state's portal received comes in once, whole, on its own day; its status goes back."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from nadzor.actions.import_filing import import_filing
from nadzor.actions.move_filing import move_filing
from nadzor.actions.return_status import Status, return_status
from nadzor.actions.seams.cms import Own, sign_cms
from nadzor.actions.seams.seam_keys import add_seam
from nadzor.actions.seams.signers import signer_of, stamper
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.records import audit
from nadzor.register.filings import filing
from nadzor.register.models import Filing, Seal
from nadzor_wire.base64text import b64, unb64
from tests.filing_samples import FORM, PDF, REGISTRAR
from tests.register_samples import device, foreign_device, register
from tests.seam_samples import OTHER_KEY, PUBLIC, Authority, envelope, statement

pytestmark = pytest.mark.django_db
LOST = {"kind": "application", "name": "a.pdf", "media_type": "application/pdf", "sha256": "0" * 64}
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _filled(home):
    from nadzor.actions.import_register import import_register

    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    add_seam("portal", PUBLIC, by=CONSOLE, now=NOW)


def take(content, home, *, now=NOW, seam="portal", beside=None):
    """Take an envelope in."""
    return import_filing(content, seam=seam, home=home, now=now, beside=beside)


def status_of(home, number="EPGU-630782-0001", *, seam="portal", suite="ed25519"):
    """The status that goes back, opened."""
    told = return_status(number, seam=seam, suite=suite, home=home, now=NOW)
    return told, msgspec.json.decode(unb64(told.status), type=Status)


def test_a_filing_comes_in_whole(home):
    """Opened, its paper attached, handed in, sealed, recorded: as the applicant's own."""
    report = take(envelope(statement()), home)
    card = filing(CONSOLE, report.number, today=date(2026, 11, 21))
    assert (report.repeated, report.state, report.signer, report.qualified) == (
        False,
        "checking",
        "seam portal",
        False,
    )
    assert (card.row.channel, card.row.external_number) == ("gosuslugi", "EPGU-630782-0001")
    assert (card.row.maker.code, card.row.applicant.code) == ("luchik", "luchik")
    assert [(paper.kind, paper.name) for paper in card.papers] == [("application", "application.pdf")]
    assert card.form["name"] == FORM["name"]
    assert {seal.what for seal in card.seals} == {"import", "submission"}
    assert {(seal.suite, seal.qualified, seal.stamped) for seal in card.seals} == {("ed25519", False, True)}
    row = Seal.objects.get(what="import")
    assert stamper(home).check(row.stamp, row.digest).at == NOW
    (deed,) = audit.entries(verb="register.filing.import")
    assert (deed.by, deed.because, deed.facts["service"]) == ("seam-portal", "EPGU-630782-0001", "630782")


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-11-20T23:59:59+03:00", date(2026, 11, 20)),
        ("2026-11-21T00:00:00+03:00", date(2026, 11, 21)),
        ("2026-11-20T20:59:59Z", date(2026, 11, 20)),
        ("2026-11-20T21:00:00Z", date(2026, 11, 21)),
        ("2026-11-21T06:30:00+10:00", date(2026, 11, 20)),
    ],
)
def test_the_time_of_receipt_decides_the_day(home, received, day):
    """The Moscow day on which the portal received it, wherever its clock stood."""
    report = take(envelope(statement(received_at=received)), home)
    assert filing(CONSOLE, report.number, today=date(2026, 11, 21)).row.filed_on == day


def test_the_same_again_is_the_same_filing(home):
    """However often it is sent; nothing is done twice."""
    first, again = (
        take(envelope(statement()), home),
        take(envelope(statement()), home, now=NOW + timedelta(days=1)),
    )
    assert (again.number, again.repeated) == (first.number, True)
    assert (Filing.objects.count(), Seal.objects.filter(what="import").count()) == (1, 1)


def test_another_content_under_the_same_number_is_refused(home):
    """Also when another system claims it; the first one stands untouched."""
    take(envelope(statement()), home)
    add_seam("other", b64(OTHER_KEY.public_key().public_bytes_raw()), by=CONSOLE, now=NOW)
    with pytest.raises(Refusal, match=r"filing\.external-conflict"):
        take(envelope(statement(form={**FORM, "risk_class": "2b"})), home)
    with pytest.raises(Refusal, match=r"filing\.external-conflict"):
        take(envelope(statement()), home, seam="other")
    assert Filing.objects.get().form["risk_class"] == "3"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"applicant": {"inn": "7707083894"}}, "seam.applicant-number"),
        ({"applicant": {"inn": "7707083893", "ogrn": "1"}}, "seam.applicant-number"),
        ({"applicant": {"inn": "7736050003"}}, "seam.applicant-unknown"),
        ({"received_at": "2026-11-21T12:06:00+03:00"}, "seam.received-at"),
        ({"received_at": "2026-11-20T12:00:00"}, "seam.envelope"),
        ({"external_number": "a b"}, "seam.envelope"),
        ({"unheard": 1}, "seam.envelope"),
        ({"procedure": "registration_accelerated"}, "seam.by-paper"),
        ({"procedure": "standard"}, "filing.procedure-unknown"),
        ({"procedure": "amendment_plain", "device": "РЗН 1999/1"}, "filing.device-needed"),
        ({"procedure": "amendment_plain", "device": "РЗН 2025/90902"}, "filing.not-yours"),
        ({"form": {**FORM, "unheard": 1}}, "filing.field-unknown"),
        ({"attachments": [LOST]}, "seam.file"),
    ],
)  # fmt: skip
def test_what_cannot_come_in_is_refused_and_leaves_nothing(home, changes, code):
    """The code says what to do; neither filing nor paper nor seal remains."""
    with pytest.raises(Refusal) as refused:
        take(envelope(statement(**changes)), home)
    assert refused.value.code == code
    assert not Filing.objects.exists() and not Seal.objects.exists()


def test_a_statement_is_what_was_signed(home):
    """Another key, changed bytes, no signature at all."""
    good = envelope(statement())
    with pytest.raises(Refusal, match=r"seal\.unknown-signer"):
        take(envelope(statement(), key=OTHER_KEY), home)
    changed = msgspec.json.decode(good)
    changed["statement"] = b64(msgspec.json.encode(statement(service="0")))
    with pytest.raises(Refusal, match=r"seal\.invalid"):
        take(msgspec.json.encode(changed), home)
    changed["signature"]["suite"] = "gost"
    with pytest.raises(Refusal, match=r"seal\.suite"):
        take(msgspec.json.encode(changed), home)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"v": 1}', b'{"v":1,"statement":"?","signature":{"suite":"x","value":""}}', envelope(b"{")],
)
def test_what_is_no_envelope_is_refused(home, content):
    """With the place."""
    with pytest.raises(Refusal, match=r"seam\.envelope"):
        take(content, home)


def test_a_statement_has_a_limit(home):
    """A statement is words; its files come beside it."""
    with pytest.raises(Refusal, match=r"seam\.envelope"):
        take(envelope(b'{"x":"' + b"y" * 1_000_001 + b'"}'), home)


def test_files_lie_beside_an_envelope_on_disk(home, tmp_path):
    """And nowhere else: no way up, no link, and over the wire not at all."""
    digest = hashlib.sha256(PDF).hexdigest()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf").write_bytes(PDF)
    (tmp_path / "up.pdf").write_bytes(PDF)
    (tmp_path / "in" / "link.pdf").symlink_to(tmp_path / "up.pdf")
    for path in ("../up.pdf", str(tmp_path / "up.pdf"), "link.pdf", "absent.pdf"):
        bad = envelope(statement(), files=[{"sha256": digest, "path": path}])
        with pytest.raises(Refusal, match=r"seam\.file"):
            take(bad, home, beside=tmp_path / "in")
    good = envelope(statement(), files=[{"sha256": digest, "path": "a.pdf"}])
    with pytest.raises(Refusal, match=r"seam\.file"):
        take(good, home)
    assert take(good, home, beside=tmp_path / "in").state == "checking"
    assert not Filing.objects.filter(external_number="").exists()


def test_bytes_other_than_named_are_refused(home):
    """And those that are no base64."""
    digest = hashlib.sha256(PDF).hexdigest()
    for content in (b64(PDF + b"."), "?"):
        with pytest.raises(Refusal, match=r"seam\.file"):
            take(envelope(statement(), files=[{"sha256": digest, "content": content}]), home)


def test_a_representative_applies_for_its_maker(home):
    """The only one it stands for, or the one it names; another's is refused."""
    by_agent = {"applicant": {"inn": "7710537160"}}
    report = take(envelope(statement(**by_agent)), home)
    card = filing(CONSOLE, report.number, today=date(2026, 11, 21))
    assert (card.row.maker.code, card.row.applicant.code) == ("farlight", "posrednik")
    named = {
        **by_agent,
        "maker": {"code": "farlight"},
        "external_number": "2",
        "form": {**FORM, "name": {"ru": "Иное"}},
    }
    assert take(envelope(statement(**named)), home).state == "checking"
    for maker in ({"code": "luchik"}, {"inn": "7707083893"}, {}):
        with pytest.raises(Refusal, match=r"seam\.maker-unknown"):
            take(envelope(statement(**by_agent, external_number="3", maker=maker)), home)


def test_an_amendment_names_its_device_by_number(home):
    """In any spelling; the representative's maker follows from it."""
    told = statement(
        procedure="amendment_version", device="P3H 2025/90902", applicant={"inn": "7710537160"},
        form={"version": "1.1", "released_on": "2026-10-01"}, attachments=[],
    )  # fmt: skip
    report = take(envelope(told, files=[]), home)
    assert filing(CONSOLE, report.number, today=date(2026, 11, 21)).row.device == "ai-902"


def test_a_maker_asks_to_end_its_registration(home):
    """The cancellation's own first move, with the external number as its grounds."""
    told = statement(procedure="cancellation", device="РЗН 2025/90901", form={}, attachments=[])
    report = take(envelope(told, files=[]), home)
    (step,) = filing(CONSOLE, report.number, today=date(2026, 11, 21)).steps
    assert (step.verb, step.on) == ("request_cancellation", date(2026, 11, 20))


def test_an_applicants_own_certificate_signs(home):
    """CMS under a trusted root; a certificate with another INN is another's signature."""
    from cryptography.hazmat.primitives import serialization

    root = Authority()
    (home.keys / "trust").mkdir()
    (home.keys / "trust" / "root.pem").write_bytes(root.certificate.public_bytes(serialization.Encoding.PEM))
    key, certificate = root.signer("Luchik", inn="7707083893")
    report = take(envelope(statement(), sign=lambda told: sign_cms(Own(certificate, key), told)), home)
    assert "Luchik" in report.signer and report.qualified is False
    key, other = root.signer("Other", inn="7710537160")
    with pytest.raises(Refusal, match=r"seal\.other-person"):
        take(
            envelope(statement(external_number="9"), sign=lambda told: sign_cms(Own(other, key), told)), home
        )


def test_the_status_goes_back_sealed(home):
    """State, steps by role, limits with their norms, letters; the seal fits those very bytes."""
    number = take(envelope(statement()), home).number
    move_filing(number, "find_complete", by=REGISTRAR, because="complete", now=NOW)
    sealed, told = status_of(home)
    assert (told.number, told.state, told.filed_on) == (number, "starting", date(2026, 11, 20))
    assert [(step.verb, step.role) for step in told.steps] == [
        ("submit", "manufacturer_admin"),
        ("find_complete", "registrar"),
    ]
    limits = {limit.norm: limit for limit in told.limits}
    assert limits["registration.completeness_check"].stopped == date(2026, 11, 21)
    assert (
        limits["registration.simplified_limit"].due is not None
        and limits["registration.simplified_limit"].cite
    )
    content = unb64(sealed.status)
    assert signer_of(home, "ed25519").verify(content, sealed.signature, at=NOW).qualified is False
    assert sealed.qualified is False
    assert stamper(home).check(sealed.stamp, hashlib.sha256(content).hexdigest()).at == NOW
    assert "registrar-a" not in content.decode()


def test_a_status_is_told_to_the_seam_that_brought_the_filing(home):
    """Another seam, another number, an empty one: there is no such filing."""
    take(envelope(statement()), home)
    for number, seam in [("EPGU-630782-0001", "other"), ("EPGU-0", "portal"), ("", "portal")]:
        with pytest.raises(Refusal, match=r"filing\.unknown"):
            status_of(home, number, seam=seam)
    with pytest.raises(Refusal, match=r"seal\.no-key"):
        status_of(home, suite="cms")
