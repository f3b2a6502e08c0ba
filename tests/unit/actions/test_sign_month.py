# SPDX-License-Identifier: Apache-2.0
"""A month signed: two papers, one sealed; the clinic's numbers are nowhere else; two people open it."""

from __future__ import annotations

import json
import logging
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from django.apps import apps

from nadzor.actions.ask_opening import Asked, ask_opening
from nadzor.actions.build_month import build_month, kept_month
from nadzor.actions.decide_opening import decide_opening
from nadzor.actions.import_register import import_register
from nadzor.actions.join_identifiers import sealed_path
from nadzor.actions.look_behind import look_at_month
from nadzor.actions.seams.signer import Signature
from nadzor.actions.seams.signers import signer_of
from nadzor.actions.sign_month import SignedMonth, sign_month, signed_bytes, signed_month
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, vault
from nadzor.records.models import VaultLook
from tests.register_samples import NOW, device, foreign_device, register
from tests.rollup_samples import row, steady, write_rollups

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
CODE = "ai-901"
OID, INN = "1.2.643.5.1.13.13.12.2.77.880077", "7702070139"
NATURAL = "500100732259"
HEAD = Person("head", "head", Role.HEAD)
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)


@pytest.fixture(autouse=True)
def _october(home: Home) -> None:
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    site = vault.seal(vault.Clinic(OID, INN, "Больница", "Hospital"), home=home, now=NOW)
    fill(home, site)


def fill(home: Home, site: str) -> None:
    """A month at a site that the vault knows and at one that it does not."""
    days = [date(2026, 10, day) for day in range(1, 32)]
    known = [row("processed", 39, day, site=site) for day in days]
    other = [row("processed", 3, day, site="s-nobody") for day in days]
    write_rollups(home, [*steady(date(2026, 10, 1), date(2026, 11, 20), site=site), *known, *other])


def signed(home: Home, *, by: Person | None = CONSOLE) -> SignedMonth:
    """October, kept and signed."""
    build_month(home, OCTOBER, now=NOW, keep=True)
    return sign_month(home, CODE, OCTOBER, by=by, now=NOW)


def refused(home: Home, **how: Any) -> str:
    """The code with which signing is refused."""
    with pytest.raises(Refusal) as refusal:
        sign_month(home, CODE, OCTOBER, **{"by": CONSOLE, "now": NOW, **how})
    return refusal.value.code


def opened(home: Home, month: Month = OCTOBER) -> bytes:
    """A sealed month, asked for by an inspector and approved by the head."""
    wanted = Asked(purpose="court", because="court's order", month=f"{CODE} {month}")
    id = ask_opening(home, wanted, by=INSPECTOR, now=NOW)
    decide_opening(id, approve=True, because="read", by=HEAD, now=NOW)
    return look_at_month(home, id, by=HEAD, now=NOW)


def test_the_pseudonymous_report_stays_and_the_named_one_is_sealed(home: Home) -> None:
    """The kept hash is what was signed; inside the seal the clinic is named once, the other is not known."""
    done = signed(home)
    kept = kept_month(home, OCTOBER, CODE)
    assert kept is not None
    assert (done.hash, done.known, done.unknown, done.inn_refused) == (kept.hash, 1, 1, 0)
    told = json.loads(opened(home))
    assert {"known": True, "oid": OID, "inn": INN} in [line["organisation"] for line in told["lines"]]
    assert told["pseudonymous_hash"] == kept.hash


def test_the_numbers_of_the_clinic_are_nowhere(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """No file of the house, no table, no log and no deed holds OID or INN, nor a hash that tells them."""
    caplog.set_level(logging.DEBUG)
    done = signed(home)
    whole = b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())
    tables = repr([list(model.objects.values()) for model in apps.get_models()]).encode()
    deeds = repr(list(audit.walk())).encode()
    for secret in (OID, INN):
        assert secret.encode() not in whole + tables + deeds + caplog.text.encode()
    named = sealed_path(home, OCTOBER, CODE).read_bytes()
    assert len(named) > len(INN)
    assert done.mark != sha256(opened(home)).hexdigest()


def test_the_signature_is_over_everything_but_itself(home: Home) -> None:
    """The house's own signer takes it; with another count it does not."""
    done = signed(home)
    signer = signer_of(home, done.suite)
    public = signer.sign(b"").certificate
    given = Signature(suite=done.suite, value=done.signature, certificate=public)
    assert signer.verify(signed_bytes(done), given, at=NOW).signer == done.signer
    with pytest.raises(Refusal, match=r"seal\.invalid"):
        signer.verify(signed_bytes(done) + b" ", given, at=NOW)


def test_signing_twice_is_signing_once(home: Home) -> None:
    """The second time the first signature is answered, and one deed stands in the chain."""
    first = signed(home)
    assert sign_month(home, CODE, OCTOBER, by=CONSOLE, now=NOW) == first == signed_month(home, OCTOBER, CODE)
    (deed,) = audit.entries(verb="statutory.month.sign")
    assert (deed.facts["hash"], deed.facts["unknown"]) == (first.hash, 1)


def test_a_natural_persons_inn_stays_out_of_the_report(home: Home) -> None:
    """Twelve digits in the vault do not reach the report; that is counted and the month is signed."""
    site = vault.seal(vault.Clinic(OID, NATURAL), home=home, now=NOW)
    fill(home, site)
    done = signed(home)
    assert (done.known, done.inn_refused) == (1, 1)
    assert NATURAL.encode() not in opened(home)


def test_what_cannot_be_signed(home: Home) -> None:
    """A month that was not kept, one that counts otherwise now, and a stranger's."""
    assert refused(home) == "month.not-kept"
    build_month(home, OCTOBER, now=NOW, keep=True)
    assert (
        refused(home, by=Person("stranger", "stranger", Role.MANUFACTURER_ADMIN, "farlight"))
        == "people.not-yours"
    )
    write_rollups(home, [row("studies", 1, date(2026, 10, 5), site="s-1")])
    assert refused(home) == "month.other-hash"


def test_a_month_with_a_line_without_a_site_is_stopped(home: Home) -> None:
    """A doubt that stops the sending stops the signing, by name."""
    write_rollups(home, [row("studies", 1, date(2026, 10, 5), site="")])
    build_month(home, OCTOBER, now=NOW, keep=True)
    assert refused(home) == "month.blocked"


def test_a_month_is_not_opened_by_one(home: Home) -> None:
    """It takes a second person; a request for sites opens no month, and the clinics named count as seen."""
    signed(home)
    wanted = Asked(purpose="court", because="court's order", month=f"{CODE} {OCTOBER}")
    id = ask_opening(home, wanted, by=INSPECTOR, now=NOW)
    for person, code in ((INSPECTOR, "opening-state"), (HEAD, "not-yours"), (None, "not-yours")):
        with pytest.raises(Refusal, match=rf"vault\.{code}"):
            look_at_month(home, id, by=person, now=NOW)
    assert not audit.entries(verb="vault.opening.look")
    opened(home)
    site = vault.pseudonym(OID, home=home)
    assert [look.site for look in VaultLook.objects.all()] == [site]


def test_an_opening_is_recorded_before_it_is_read(home: Home) -> None:
    """What was never sealed is not asked for; another month's paper does not open, and that is recorded."""
    with pytest.raises(Refusal, match=r"vault\.no-paper"):
        opened(home)
    signed(home)
    other = sealed_path(home, Month(2026, 9), CODE)
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_bytes(sealed_path(home, OCTOBER, CODE).read_bytes())
    with pytest.raises(Refusal, match=r"vault\.damaged"):
        opened(home, Month(2026, 9))
    assert len(audit.entries(verb="vault.opening.look")) == 1
