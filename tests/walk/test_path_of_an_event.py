# SPDX-License-Identifier: Apache-2.0
"""One event walks the nine files of docs/path-of-an-event.md, and the way back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

import pytest
from django.test import Client

from nadzor.actions import run_detectors
from nadzor.actions.create_staff import create_staff
from nadzor.actions.raise_signals import raise_signals
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base import clock
from nadzor.detect.silence import detector as silence
from nadzor.gateway.app import create_app
from nadzor.journal.opening import open_reader
from nadzor.people.models import User
from nadzor.telemetry.store import Rollups
from nadzor_wire.receipt import decode_answer, decode_receipt, verify_answer, verify_receipt
from tests.house.source import ROOT
from tests.walk import steps

PAGE: Final = ROOT / "docs/path-of-an-event.md"


def test_the_nine_files_exist_in_their_order():
    """The page names nine files, numbered, and each is there."""
    rows = re.findall(r"^\| (\d) \| `([^`]+)` \|", PAGE.read_text("utf-8"), re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 10))
    assert [name for _, name in rows if not (ROOT / name).is_file()] == []


@pytest.mark.django_db
def test_one_event_walks_from_the_device_to_the_inspector(home, tmp_path, settings):
    """A study becomes bytes, a fate, a leaf, a row, a day; its absence a finding, a signal, a page."""
    settings.HOME = home
    now = clock.now()
    credential = steps.register_device(home, tmp_path / "device", now=now)
    events = steps.weeks_of_work(now)
    walker = events[-1]

    # 1 what it is, 2 bytes arrive, 3 its one fate
    sent = steps.batch(events, credential, now=now)
    status, body = steps.post(create_app(home), sent)
    assert status == 200, body
    answer = decode_answer(body)
    assert (answer.accepted, answer.rejected) == (len(events), [])

    # 4 it is durable: the receipt verifies offline, field by field
    verify_answer(answer, sent=sent, vkey=credential.log_vkey)
    assert verify_receipt(answer.receipt, credential.log_vkey).size == 1
    reader = open_reader(home)
    assert walker.id.encode() in reader.batch(answer.receipt.index).body()

    # 5 it becomes a row, 6 a day
    report = roll_up_day(home, now=now)
    reader.close()
    assert (report.load.rows, report.load.duplicates) == (len(events), 0)
    worked = Rollups.open(home).totals("studies", by=("day",), device=steps.DEVICE)
    assert dict(worked)[walker.at.date()] == steps.STUDIES_A_DAY
    assert max(dict(worked)) == walker.at.date()

    # 7 the day after it is strange
    found = silence.detect(
        run_detectors.read(Rollups.open(home), silence.READS), params=silence.Params(after=now.date())
    )
    assert [(finding.device, finding.located.day) for finding in found if finding.located] == [
        (steps.DEVICE, walker.at.date() + timedelta(days=1))
    ]

    # 8 it is filed, once
    assert raise_signals(home, now=now).raised_by == {"silence": 1}
    assert raise_signals(home, now=now).raised == 0

    # 9 an inspector sees it
    create_staff(now=now)
    inspector = Client()
    inspector.force_login(User.objects.get(role="inspector"))
    listing = inspector.get("/signals/").content.decode()
    (card,) = set(re.findall(r"/signals/\d+/", listing))
    shown = inspector.get(card).content.decode()
    assert "молч" in shown.lower()

    # and back: the batch and its receipt, which verifies without us
    batch = inspector.get("/journal/0/").content.decode()
    assert walker.id in batch or "seq=" in batch
    kept = decode_receipt(inspector.get("/journal/0/receipt.json").content)
    assert verify_receipt(kept, credential.log_vkey).size == 1
