# SPDX-License-Identifier: Apache-2.0
"""Which signal may lead another: one that is open, leads nobody else's follower, and may be seen."""

from __future__ import annotations

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.signal import MERGED, SIGNAL
from nadzor.register import queries as register
from nadzor.vigilance.models import Signal
from nadzor.vigilance.permissions import may_see_signal

DIGITS_MAX = 18  # the database's integers have no more


def led_by(row: Signal, number: str, *, by: Person) -> Signal:
    """The signal that leads this one from now on.

    Raises: Refusal signal.leading-unknown; signal.leads-itself; signal.leading-closed for one that waits for
    nobody; signal.leads-others when this one has signals under it, which must be split off first.
    """
    leading = _named(number, by=by)
    if leading.pk == row.pk:
        raise Refusal("signal.leads-itself", "$.added.leading_signal")
    if leading.state not in SIGNAL.open_states:
        raise Refusal("signal.leading-closed", "$.added.leading_signal", state=leading.state)
    if row.led.filter(state=MERGED).exists():
        raise Refusal("signal.leads-others", "$.added.leading_signal")
    return leading


def _named(number: str, *, by: Person) -> Signal:
    id = int(number) if number.isdecimal() and len(number) <= DIGITS_MAX else None
    row = Signal.objects.select_for_update().filter(pk=id).first() if id is not None else None
    maker = register.device(row.device).maker.code if row is not None and row.device else ""
    if row is None or not may_see_signal(by, maker=maker):
        raise Refusal("signal.leading-unknown", "$.added.leading_signal")
    return row
