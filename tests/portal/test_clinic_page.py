# SPDX-License-Identifier: Apache-2.0
"""A clinic's page: its own site and no other, a claim and its answer, the quarterly word, who hears of it."""

from __future__ import annotations

import re

import pytest

from nadzor.base import clock
from nadzor.base.quarter import Quarter
from nadzor.people.models import Organisation
from nadzor.records import audit, vault
from nadzor.records.models import Notice
from nadzor.register.models import Installation, MissingInstallation, VolumeStatement
from tests.town import CLINIC_OID

TOLD = {"told": "Второй аппарат, кабинет 12: ИИ работает с сентября."}
QUARTER = str(Quarter.over(clock.today()))


@pytest.fixture
def mine(house):
    """Installations of the clinic whose account there is."""
    site = vault.pseudonym(CLINIC_OID, home=house)
    return list(Installation.objects.filter(site=site))


@pytest.fixture
def another(house):
    """An installation of some other clinic."""
    site = vault.pseudonym(CLINIC_OID, home=house)
    return Installation.objects.filter(sandbox=False).exclude(site=site).first()


def deed(client, name, given, *path):
    """Post and return the answer."""
    address = {
        "missing": "/clinic/missing/",
        "volume": "/clinic/{}/volume/",
        "answer": "/clinic-words/{}/answer/",
    }
    return client.post(address[name].format(*path), given)


@pytest.mark.parametrize("language, words", [("ru", "Мои системы с ИИ"), ("en", "My AI systems")])
def test_a_clinic_sees_its_own_and_nothing_else(client_of, house, mine, another, language, words):
    """Each installation of the site with its version and studies; no pseudonym, no other installation."""
    page = client_of("clinic", language).get("/clinic/").content.decode()
    assert words in page and mine
    assert all(one.pk in page for one in mine) and another.pk not in page
    assert not re.search(r"\bs-[a-z2-7]{12}\b", page)
    assert re.search(r"<dd>[\d\s\u202f,]*[1-9]", page)


def test_the_first_page_of_a_clinic_is_its_own(client_of, house):
    """Signing in leads there; every field that leaves it is one link away."""
    client = client_of("clinic")
    assert client.get("/")["Location"] == "/clinic/"
    fields = client.get("/clinic/fields/").content.decode()
    assert "duration_ms" in fields and "heartbeat" in fields


@pytest.mark.parametrize("role", ["operator", "manufacturer_admin", "inspector", "head", "expert", "auditor"])
def test_others_have_no_such_page(client_of, role, mine):
    """No other role opens it or speaks for it."""
    client = client_of(role)
    assert client.get("/clinic/").status_code == 403
    assert deed(client, "missing", TOLD).status_code == 403
    assert deed(client, "volume", {}, mine[0].pk).status_code == 403
    assert client_of().get("/clinic/").status_code == 302


@pytest.mark.parametrize("role", ["clinic", "operator", "manufacturer_admin", "registrar", "auditor"])
def test_what_clinics_say_is_for_inspectors(client_of, role, house):
    """The list of claims belongs to the inspector and the head."""
    assert client_of(role).get("/clinic-words/").status_code == 403
    assert deed(client_of(role), "answer", {"answer-1": "x"}, 1).status_code == 403
    assert client_of("head").get("/clinic-words/").status_code == 200


def test_a_claim_is_answered_and_the_clinic_reads_it(client_of, house):
    """Found in the register, told, listed for the inspector under a pseudonym, answered once, read."""
    clinic, inspector = client_of("clinic", "en"), client_of("inspector", "en")
    assert 'value="ai-001"' in clinic.get("/clinic/?q=ai-001").content.decode()
    assert deed(clinic, "missing", TOLD | {"device": "ai-001"}).status_code == 302
    claim = MissingInstallation.objects.get()
    listed = inspector.get("/clinic-words/").content.decode()
    assert claim.told in listed and claim.site in listed and claim.by not in listed
    given = {f"answer-{claim.pk}": "The maker connects it next week."}
    assert deed(inspector, "answer", given, claim.pk).status_code == 302
    assert deed(inspector, "answer", given, claim.pk).status_code == 409
    assert "The maker connects it next week." in clinic.get("/clinic/").content.decode()
    nothing = {f"answer-{claim.pk + 1}": "Nobody asked."}
    assert deed(inspector, "answer", nothing, claim.pk + 1).status_code == 404


def test_a_claim_names_no_clinic_to_the_maker(client_of, house):
    """The maker's notice has the number; no row or deed joins the account or organisation to the site."""
    deed(client_of("clinic"), "missing", TOLD | {"device": "ai-001"})
    claim = MissingInstallation.objects.select_related("device__maker").get()
    told = Notice.objects.get(organisation_code=claim.device.maker.code, subject=f"missing {claim.pk}")
    organisation = Organisation.objects.get(oid=CLINIC_OID)
    for text in (told.text_ru, told.text_en):
        assert str(claim.pk) in text
        assert not {claim.site, organisation.oid, organisation.name_ru, organisation.code} & {*text.split()}
    (entry,) = audit.entries(verb="register.missing.report")
    assert (entry.by, claim.by) == (vault.speaker("clinic", home=house),) * 2
    assert Notice.objects.filter(role="inspector", subject=f"missing {claim.pk}").exists()


@pytest.mark.parametrize(
    "told, says",
    [
        ("", "empty or longer"),
        ("x" * 501, "empty or longer"),
        ("Пациент Иванов Иван", "personal details (name)"),
    ],
)
def test_what_is_wrong_stands_on_the_page(client_of, house, told, says):
    """The form comes back with what was typed; nothing is kept."""
    answer = deed(client_of("clinic", "en"), "missing", {"told": told})
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not MissingInstallation.objects.exists()


def test_a_quarter_is_confirmed_once(client_of, mine, another):
    """The number shown is kept with the answer; another clinic's installation does not exist."""
    clinic, one = client_of("clinic", "en"), mine[0].pk
    given = {"quarter": QUARTER, f"answer-{one}": "fewer"}
    assert deed(clinic, "volume", {"quarter": QUARTER}, one).status_code == 422
    assert deed(clinic, "volume", given | {"quarter": "2020-Q1"}, one).status_code == 409
    assert deed(clinic, "volume", given, one).status_code == 302
    assert deed(clinic, "volume", given, one).status_code == 409
    foreign = {"quarter": QUARTER, f"answer-{another.pk}": "fewer"}
    assert deed(clinic, "volume", foreign, another.pk).status_code == 404
    kept = VolumeStatement.objects.get()
    assert kept.installation_id == one and kept.counted > 0
    assert "we did fewer" in clinic.get("/clinic/").content.decode()


def test_contradictions_are_listed_and_filtered(client_of, mine):
    """What contradicts stands by itself; all answers on demand; a quarter that is not there shows nothing."""
    clinic, inspector = client_of("clinic"), client_of("inspector", "en")
    deed(clinic, "volume", {"quarter": QUARTER, f"answer-{mine[0].pk}": "more"}, mine[0].pk)
    VolumeStatement.objects.create(
        installation=Installation.objects.exclude(pk=mine[0].pk).filter(sandbox=False).first(),
        quarter=QUARTER, counted=3, answer="about_right", by="u-x", at=clock.now(),
    )  # fmt: skip
    strong = inspector.get("/clinic-words/").content.decode()
    assert strong.count(f"<td>{'we did more'}") + strong.count("we did more</span>") == 1
    assert "about right</td>" not in strong
    everything = inspector.get("/clinic-words/?answer=all").content.decode()
    assert re.search(r"about right\s*</td>", everything)
    assert mine[0].pk not in inspector.get("/clinic-words/?quarter=2019-Q1").content.decode()
