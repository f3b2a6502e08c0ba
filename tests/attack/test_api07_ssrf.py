# SPDX-License-Identifier: Apache-2.0
"""API7:2023 Server side request forgery: which of us ask other servers, and by whose word.

That no field of the API names an address, that only http and https are asked and no redirect is followed,
test_web_redirects.py holds; here stands who may ask at all.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import nadzor
from nadzor.actions.appoint_witness import appoint_witness
from nadzor.base.problems import Refusal

ROOT = Path(nadzor.__file__).parent
#: Libraries that open a connection to an address.
CLIENTS = {"http.client", "urllib.request", "requests", "httpx", "aiohttp", "ftplib", "smtplib", "telnetlib"}
#: What people start themselves, on their own machine.
BY_HAND = {"cli", "simulate"}
#: Who uses one, and why its addresses are none of a caller's: the operator wrote them at the console.
ASKS = {
    "api/description.py": {"http.client"},  # for the names of statuses alone
    "base/web.py": {"http.client"},
    "people/oidc/fetching.py": {"requests"},
    "actions/send_mail.py": {"smtplib"},
    "actions/await_directory.py": {"http.client"},
    "gateway/rehearsal.py": {"http.client"},
    "site/processes.py": {"http.client"},
}


def connecting() -> dict[str, set[str]]:
    """Every file of ours that imports such a library."""
    found: dict[str, set[str]] = {}
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_bytes())):
            names: set[str] = set()
            if isinstance(node, ast.Import):
                names = {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
            if used := names & CLIENTS:
                found.setdefault(str(file.relative_to(ROOT)), set()).update(used)
    return found


def test_few_of_us_open_a_connection():
    """A new file that asks other servers is written down here with the reason, or this fails."""
    own = {name: used for name, used in connecting().items() if name.split("/")[0] not in BY_HAND}
    assert own == ASKS


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://a:b@127.0.0.1/", "ftp://127.0.0.1/", "http://127.0.0.1/?x=1"]
)
def test_even_the_operator_appoints_no_odd_address(home, url):
    """The addresses of witnesses go through the same check."""
    with pytest.raises(Refusal):
        appoint_witness(home, url=url, vkey="x")
