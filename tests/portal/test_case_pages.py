# SPDX-License-Identifier: Apache-2.0
"""Opening a case of the regulator: who may, what it asks, where it leads."""

from __future__ import annotations

import re

import pytest

from tests.portal.maker_deeds import text

FORM = {"procedure": "case", "device": "ai-042"}


@pytest.mark.parametrize("role", ["inspector", "registrar"])
@pytest.mark.parametrize("procedure", ["case", "cancellation"])
def test_a_case_is_opened_as_a_draft_of_the_regulator(client_of, role, procedure):
    """The case's card follows, with its first move; the maker does not see it yet."""
    client = client_of(role, "en")
    answer = client.post("/cases/new/", FORM | {"procedure": procedure})
    assert answer.status_code == 302
    address = re.findall(r"^/filings/[\d-]+/$", answer["Location"])[0]
    assert re.search(r'id="do-open_(matter|case)"', text(client.get(address)))
    assert client_of("manufacturer_admin").get(address).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"), [({"procedure": "transmission"}, "procedure"), ({"device": ""}, "device")]
)
def test_what_is_missing_is_said_beside_its_field(client_of, wrong, field):
    """Nothing is opened, what was chosen stays chosen, and the summary leads to the field."""
    answer = client_of("inspector", "en").post("/cases/new/", FORM | wrong)
    page = text(answer)
    place = "procedure-1" if field == "procedure" else field
    assert answer.status_code == 422 and f'href="#{place}"' in page and f'id="{field}-error"' in page
    assert ('<option value="ai-042" selected>' in page) is (field == "procedure")


def test_only_who_opens_cases_is_offered_one(client_of):
    """Inspector and registrar find the form from a list and a signal; nobody else gets it."""
    for role in ("inspector", "registrar"):
        assert 'href="/cases/new/"' in text(client_of(role).get("/filings/"))
        assert 'href="/cases/new/?device=ai-' in text(client_of(role).get("/signals/1/"))
        assert 'value="ai-042" selected' in text(client_of(role).get("/cases/new/?device=ai-042"))
    for role in ("head", "auditor", "manufacturer_admin", "expert", "clinic"):
        client = client_of(role)
        assert client.get("/cases/new/").status_code == 403
        assert client.post("/cases/new/", FORM).status_code == 403
    assert client_of().get("/cases/new/")["Location"].startswith("/login/")
