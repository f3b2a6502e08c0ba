# SPDX-License-Identifier: Apache-2.0
"""One event walks the nine files of docs/path-of-an-event.md, and the way back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Final
from urllib.parse import urljoin

import pytest
from django.test import Client

from nadzor.actions import run_detectors
from nadzor.actions.create_staff import create_staff
from nadzor.actions.raise_signals import raise_signals
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.detect.silence import detector as silence
from nadzor.gateway.app import create_app
from nadzor.journal.opening import open_reader
from nadzor.people.models import User
from nadzor.telemetry.store import Rollups
from nadzor_wire.event import Study
from nadzor_wire.receipt import decode_answer, decode_receipt, verify_answer, verify_receipt
from tests.house.source import ROOT
from tests.walk import steps

PAGE: Final = ROOT / "docs/path-of-an-event.md"


def test_the_nine_files_exist_in_their_order():
    """The page names nine files, numbered, and each is there."""
    rows = re.findall(r"^\| (\d) \| `([^`]+)` \|", PAGE.read_text("utf-8"), re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 10))
    assert [name for _, name in rows if not (ROOT / name).is_file()] == []


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request, tmp_path, settings) -> Home:
    """A data directory whose journal lies in a file, and one whose journal a server keeps."""
    on_server = request.param == "postgresql"
    url = request.getfixturevalue("postgres").database() if on_server else ""
    settings.HOME = Home.create(tmp_path / "data", journal_url=url, second_factor=False)
    return settings.HOME


@pytest.mark.django_db
def test_one_event_walks_from_the_device_to_the_inspector(home, tmp_path):
    """A study becomes bytes, a fate, a leaf, a row, a day; its absence a finding, a signal, a page."""
    now = clock.now()
    credential = steps.register_device(home, tmp_path / "device", now=now)
    events = steps.weeks_of_work(now)
    walker = events[-1]

    # (1) what it is, (2) bytes arrive, (3) its one fate
    sent = steps.batch(events, credential, now=now)
    status, body = steps.post(create_app(home), sent)
    answer = decode_answer(body)
    assert (status, answer.accepted, answer.rejected) == (200, len(events), [])

    # (4) it is durable: the answer holds, field by field, and the journal gives the event back
    assert verify_answer(answer, sent=sent, vkey=credential.log_vkey).size == 1
    assert walker.id.encode() in body_of(home, answer.receipt.index)

    check_days(home, events, now=now)
    check_finding(home, walker, now=now)
    inspector = check_signal(home, now=now)
    check_page_and_way_back(inspector, walker, vkey=credential.log_vkey)


def body_of(home: Home, index: int) -> bytes:
    """The body of a batch, decrypted and inflated."""
    reader = open_reader(home)
    try:
        return reader.batch(index).body()
    finally:
        reader.close()


def check_days(home: Home, events: list[Study], *, now: datetime) -> None:
    """(5) it becomes a row, (6) it becomes a day."""
    report = roll_up_day(home, now=now)
    assert (report.load.rows, report.load.duplicates) == (len(events), 0)
    worked = dict(Rollups.open(home).totals("studies", by=("day",), device=steps.DEVICE))
    assert worked[events[-1].at.date()] == steps.STUDIES_A_DAY
    assert max(worked) == events[-1].at.date()


def check_finding(home: Home, walker: Study, *, now: datetime) -> None:
    """(7) the days after it are strange: one finding, that begins on the morrow."""
    rows = run_detectors.read(Rollups.open(home), silence.READS)
    found = silence.detect(rows, params=silence.Params(after=clock.moscow_date(now)))
    begun = [(finding.device, finding.located.day) for finding in found if finding.located]
    assert begun == [(steps.DEVICE, walker.at.date() + timedelta(days=1))]


def check_signal(home: Home, *, now: datetime) -> Client:
    """(8) it is filed, once; an inspector comes to look.  That its days are all alike is noticed, too."""
    assert raise_signals(home, now=now).raised_by == {"fabrication": 1, "silence": 1}
    assert raise_signals(home, now=now).raised == 0
    create_staff(now=now)
    inspector = Client()
    inspector.force_login(User.objects.get(role="inspector"))
    return inspector


def check_page_and_way_back(inspector: Client, walker: Study, *, vkey: str) -> None:
    """(9) an inspector sees it, and goes back to a receipt that verifies without us."""
    (card,) = links(inspector, "/signals/?detector=silence", r"/signals/\d+/")
    (rows,) = links(inspector, card, rf"/devices/{steps.DEVICE}/rows/\?[^\"#]*")
    day, chosen = walker.at.date().isoformat(), re.sub(r"measure=\w+", "measure=studies", rows)
    (events,) = links(inspector, chosen, rf"[^\"]*[?&]day={day}[^\"#]*")
    (place,) = links(inspector, events, rf"/journal/0/\?[^\"#]*seq={steps.last_seq()}[^\"]*")
    assert walker.id in inspector.get(place).content.decode()
    kept = decode_receipt(inspector.get("/journal/0/receipt.json").content)
    assert verify_receipt(kept, vkey).size == 1


def links(inspector: Client, address: str, pattern: str) -> set[str]:
    """Links of one kind on a page, as the page's own address completes them."""
    answer = inspector.get(address)
    assert answer.status_code == 200, address
    found = re.findall(f'href="({pattern})(?:#[^"]*)?"', unescape(answer.content.decode()))
    return {urljoin(address, link) for link in found}
