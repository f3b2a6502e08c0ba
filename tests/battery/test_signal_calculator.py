# SPDX-License-Identifier: Apache-2.0
"""The figure of every detector comes back from the published calculator on the data file of a pack."""

from __future__ import annotations

import json

import msgspec
import pytest
from typer.testing import CliRunner

from nadzor.cli.app import app
from nadzor.detect.calc.registry import calculate
from nadzor.detect.dossier import DETECTORS
from nadzor.vigilance.signal_figures import COUPLED, signal_figures
from tests.battery import nations
from tests.battery.subject import subjects
from tests.battery.test_detectors import _troubled

every_detector = pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)


def _first_of_each_kind(subject):
    world, rows = _troubled(subject)
    told = subject.context(world)
    found = subject.run(rows, told)
    return rows, told, list({one.kind: one for one in reversed(found)}.values())


@every_detector
def test_every_kind_of_statistic_comes_back_from_its_data_file(subject):
    """The same figure to the last digit, by the same code, with no pseudonym of a site in the file."""
    rows, told, found = _first_of_each_kind(subject)
    assert found
    for one in found:
        given = msgspec.json.encode(signal_figures(one, rows, told, whole=one.detector in COUPLED))
        answer = calculate("signal", given)
        assert (answer.statistic, answer.threshold) == (one.statistic, one.threshold), one.kind
        assert answer.code == one.code
        named = {f'"{site}"' for site in rows.names["site"] if site}
        assert not [site for site in named if site in given.decode()]
        _holds_one_device(one, signal_figures(one, rows, told))


def _holds_one_device(one, figures):
    """What a maker is given names no other device, and gives what was not coupled all the same."""
    if one.device:
        assert set(figures.names["device"]) == {one.device} >= set(figures.told.releases)
    if one.detector not in COUPLED:
        assert calculate("signal", msgspec.json.encode(figures)).statistic == one.statistic


@pytest.mark.parametrize(
    "subject", [one for one in subjects() if one.name not in COUPLED], ids=lambda subject: subject.name
)
def test_what_leans_on_nobody_comes_back_among_many(subject):
    """Among sixteen devices, enough for what all do together to be taken off, one's rows give its figure."""
    faults = [subject.fault(device.code) for device in nations.devices(4)]
    world = subject.nation(61, 16, *faults)
    rows, told = nations.rows(world, subject.name), subject.context(world)
    found = [one for one in subject.run(rows, told) if one.device][:2]
    assert found
    for one in found:
        given = msgspec.json.encode(signal_figures(one, rows, told))
        assert calculate("signal", given).statistic == one.statistic, one.kind


def test_the_command_gives_the_figure(tmp_path):
    """`nadzor calc signal --file` prints the statistic of a chart to its last digit."""
    rows, told, found = _first_of_each_kind(next(one for one in subjects() if one.name == "failure_cusum"))
    page = tmp_path / "signal-1.json"
    page.write_bytes(msgspec.json.encode(signal_figures(found[0], rows, told)))
    ran = CliRunner().invoke(app, ["calc", "signal", "--file", str(page)])
    assert json.loads(ran.stdout)["statistic"] == found[0].statistic
    assert {one.name for one in subjects()} == set(DETECTORS)
