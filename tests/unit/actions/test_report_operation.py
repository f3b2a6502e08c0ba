# SPDX-License-Identifier: Apache-2.0
"""The house in numbers: an empty one counts as nothing, and the gateway is asked on this machine alone."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from nadzor.actions.ask_gateway import gateway_numbers
from nadzor.actions.create_home import create_home
from nadzor.actions.publish_directory import publish_directory
from nadzor.actions.report_operation import house_numbers, report_operation
from nadzor.base.home import Home, Witness
from nadzor.base.problems import Refusal
from nadzor.base.task_runs import TaskRun, TaskRuns
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from tests.register_samples import NOW

TEXT = b"""# TYPE nadzor_gateway_waiting gauge
nadzor_gateway_waiting{worker="0"} 2
nadzor_gateway_waiting{worker="1"} 3
nadzor_gateway_requests_total{log="main",code="ok",worker="0"} 9
rubbish
"""


class Answering(BaseHTTPRequestHandler):
    """A gateway that knows one page."""

    def do_GET(self):
        """Answer with the page, whatever is asked."""
        self.send_response(200)
        self.send_header("content-length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def gateway():
    """Its address."""
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db
def test_an_empty_house_has_numbers(tmp_path):
    """Nothing received, nothing published, no task: zeros and absences, no failure."""
    found = house_numbers(Home.create(tmp_path / "home"), now=NOW)
    assert (found.lag.batches, found.ledgers.events, found.silent, found.spools) == (0, 0, 0, ())
    assert (found.checkpoint_age_s, found.directory_age_s, found.tasks) == (None, None, ())
    assert found.disks and 0 < found.disks[0].free <= found.disks[0].total
    assert found.engine == "SQLite"


@pytest.mark.django_db
def test_what_was_published_has_an_age(tmp_path):
    """The directory's own moment counts; tasks and witnesses are told."""
    home = create_home(tmp_path / "home")
    publish_directory(home, now=NOW)
    TaskRuns(home.root).note(TaskRun(name="tiles", period_s=2.0, started_at=NOW))
    home.witnessed_by((Witness("http://127.0.0.1:9", "w+1+x"),))
    found = report_operation(home, by=CONSOLE, now=NOW)
    assert found.directory_age_s == 0
    assert [run.name for run in found.tasks] == ["tiles"]
    assert [url for url, _standing in found.witnesses] == ["http://127.0.0.1:9"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_only_the_operator_is_told(tmp_path, role):
    """Every other role is refused, and so is the public."""
    home = Home.create(tmp_path / "home")
    for by in (Person("x", "x", role, organisation="x"), None):
        with pytest.raises(Refusal, match="operator-only"):
            report_operation(home, by=by, now=NOW)


def test_the_gateway_is_summed_over_its_workers(tmp_path, gateway):
    """Gauges alone; counters and rubbish are passed over."""
    home = Home.create(tmp_path / "home", public_url=gateway)
    assert gateway_numbers(home) == {"waiting": 5.0}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://gateway.example.org", "http://192.0.2.1:80"])
def test_a_gateway_that_is_not_here_is_not_asked(tmp_path, url):
    """No answer, or another machine: nothing is known."""
    assert gateway_numbers(Home.create(tmp_path / "home", public_url=url)) is None
