# SPDX-License-Identifier: Apache-2.0
"""Time that passes only when told to: a day in seconds, with the real client and its thread."""

from __future__ import annotations

import time
from threading import Condition


class Hours:
    """The client's clock and its alarm in one. Put in place by `rule`, before the client is made."""

    def __init__(self, monkeypatch):
        self.passed = 0.0
        self._began, self._began_ns = time.time(), time.time_ns()
        self._turn = Condition()
        self._sleeper = None
        monkeypatch.setattr("nadzor_sdk.clock.monotonic", lambda: 1_000.0 + self.passed)
        monkeypatch.setattr("nadzor_sdk.clock.now_s", lambda: self._began + self.passed)
        monkeypatch.setattr("nadzor_sdk.clock.now_ns", lambda: self._began_ns + int(self.passed * 1e9))
        monkeypatch.setattr("nadzor_sdk.sender.Event", lambda: Alarm(self))

    def pass_by(self, seconds):
        """Lets time pass; the sender does all it would have done meanwhile, and is asleep at the end."""
        end = self.passed + seconds
        while self._step(end):
            pass
        with self._turn:
            self._until_asleep()

    def _step(self, end):
        """On to the sleeper's next waking or to the end; whether there is more to pass."""
        with self._turn:
            self._until_asleep()
            self.passed = min(end, self._sleeper.until)
            self._turn.notify_all()
            return self.passed < end

    def _until_asleep(self):
        assert self._turn.wait_for(lambda: self._sleeper and self._sleeper.asleep(), 300)

    def sleep(self, alarm, seconds):
        """Sleeps until the time has come or the alarm is set."""
        with self._turn:
            alarm.until, self._sleeper = self.passed + seconds, alarm
            self._turn.notify_all()
            self._turn.wait_for(lambda: not alarm.asleep())
            self._sleeper = None
            return alarm.rings

    def ring(self, alarm, rings):
        """Sets an alarm, or takes it back."""
        with self._turn:
            alarm.rings = rings
            self._turn.notify_all()


class Alarm:
    """A `threading.Event` that waits in the hours of its maker."""

    def __init__(self, hours):
        self._hours, self.rings, self.until = hours, False, 0.0

    def asleep(self):
        """Whether it has nothing to do yet."""
        return not self.rings and self._hours.passed < self.until

    def wait(self, timeout):
        """Wait as an Event does."""
        return self._hours.sleep(self, timeout)

    def set(self):
        """Ring."""
        self._hours.ring(self, True)

    def clear(self):
        """Stop ringing."""
        self._hours.ring(self, False)
