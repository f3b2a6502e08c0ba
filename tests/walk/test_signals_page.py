# SPDX-License-Identifier: Apache-2.0
"""docs/signals.md is recomputed: its examples by the command, its figures by the code of the detectors."""

from __future__ import annotations

import json
import re
from typing import Final

import numpy as np
import pytest
from typer.testing import CliRunner

from nadzor.cli.app import app
from nadzor.detect.claim_check.detector import BUDGET, DECAY_SHARE
from nadzor.detect.national import ALPHA
from nadzor.detect.stats.claim_evidence import PRIOR_CASES, log_e_below
from nadzor.detect.stats.e_evidence import e_of_alarm, surviving
from nadzor.simulate.scoring import targets
from tests.house.source import ROOT

PAGE: Final = (ROOT / "docs/signals.md").read_text("utf-8")
EXAMPLES: Final = re.findall(r"^\$ echo '(.+)' \| nadzor calc (\S+)\n(.+)$", PAGE, re.M)
WORKED: Final = {name: (json.loads(asked), json.loads(told)) for asked, name, told in EXAMPLES}


def test_the_page_works_its_examples():
    """A claim by evidence and by an interval, and what survives in the nation."""
    assert list(WORKED) == ["e-process", "proportion-ci", "ebh"]


@pytest.mark.parametrize("name", list(WORKED))
def test_an_example_is_what_the_command_answers(name):
    """Every figure shown comes back from `nadzor calc`, to the six digits of the page."""
    asked, shown = WORKED[name]
    done = CliRunner().invoke(app, ["calc", name], input=json.dumps(asked))
    answer = json.loads(done.stdout)
    assert (done.exit_code, set(shown)) == (0, set(shown) & set(answer))
    for field, value in shown.items():
        assert answer[field] == pytest.approx(value, rel=5e-6), field


def test_the_claim_is_judged_as_its_detector_judges():
    """Prior, share of alpha and evidence of the example are those of claim_check."""
    asked, shown = WORKED["e-process"]
    bound = asked["null"]
    assert asked["prior"] == pytest.approx([PRIOR_CASES * bound, PRIOR_CASES * (1.0 - bound)])
    assert asked["alpha"] == pytest.approx(BUDGET * (1.0 - DECAY_SHARE) / 2)
    log_e = log_e_below(np.cumsum(asked["events"]), np.cumsum(asked["trials"]), bound)
    assert log_e == pytest.approx(shown["log_e"], rel=5e-6)
    assert WORKED["proportion-ci"][0] == {"x": sum(asked["events"]), "n": sum(asked["trials"])}


def test_the_nation_is_asked_as_the_ledger_asks():
    """The same streams survive e-BH, at the alpha of the house; the first is half of the claim's evidence."""
    asked, shown = WORKED["ebh"]
    assert asked["alpha"] == ALPHA
    kept = surviving(asked["e"], streams=len(asked["e"]), alpha=ALPHA)
    assert np.flatnonzero(kept).tolist() == shown["rejected"]
    assert asked["e"][0] == round(WORKED["e-process"][1]["e"] / 2)


def test_what_the_page_says_of_charts_and_of_the_suite_holds():
    """A chart of 0.02 is worth 50 at most, and the suite is held to 0.25."""
    assert e_of_alarm(yearly=0.02, years=0.0) == 50.0
    assert f"held to {targets().suite} false alarms a device-year" in " ".join(PAGE.split())
