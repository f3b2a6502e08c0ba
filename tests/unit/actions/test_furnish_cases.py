# SPDX-License-Identifier: Apache-2.0
"""The demonstration's cases: on signals that were raised, each as far as its plot says, and only once."""

from __future__ import annotations

import pytest

from nadzor.actions.furnish_cases import furnish_cases
from nadzor.records import audit
from nadzor.register.models import Filing
from nadzor.vigilance.case_grounds import cases_on, grounds, recomputations
from nadzor.vigilance.packs import packs
from tests.case_samples import DEVICE, FACTS
from tests.filing_samples import town
from tests.register_samples import NOW
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("detector", "state", "kinds"),
    [
        ("failure_cusum", "inquiry", ["signal"]),
        ("claim_check", "warned", ["signal", "document"]),
        ("version_watch", "prescribed", ["signal"]),
        ("silence", "deviation_confirmed", ["signal"]),
    ],
)
def test_a_plot_is_played_on_a_raised_signal(home, detector, state, kinds):
    """The signal is confirmed, the case stands where the plot leaves it, and a second run adds nothing."""
    town()
    ref = str(file_signal(device=DEVICE, detector=detector, facts=FACTS).pk)
    assert furnish_cases(home, now=NOW) == 1
    number = cases_on("signal", ref)[0]
    assert Filing.objects.get(number=number).state == state
    assert [each.kind for each in grounds(number)] == kinds
    assert len(packs(number)) == (state != "deviation_confirmed")
    assert [each.same for each in recomputations(number)] == [True] * (state == "inquiry")
    before = audit.head()
    assert furnish_cases(home, now=NOW) == 0 and audit.head() == before


def test_without_signals_no_case_is_made_up(home):
    """Nothing was raised: nothing is opened."""
    town()
    assert furnish_cases(home, now=NOW) == 0
    assert not Filing.objects.filter(procedure="case").exists()
