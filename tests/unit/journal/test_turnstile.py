# SPDX-License-Identifier: Apache-2.0
"""Writers wait in line."""

from __future__ import annotations

import os
import signal
import threading

from nadzor.journal.turnstile import Turnstile


def test_one_at_a_time(tmp_path):
    """While one holds it the others wait; all get their turn."""
    inside, most = 0, 0
    lock = threading.Lock()

    def go():
        nonlocal inside, most
        gate = Turnstile(tmp_path / "gate")
        for _ in range(50):
            with gate:
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1
        gate.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (inside, most) == (0, 1)


def test_a_killed_holder_holds_nobody_up(tmp_path):
    """The line moves on when a process dies inside."""
    child = os.fork()
    if child == 0:
        Turnstile(tmp_path / "gate").__enter__()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    gate = Turnstile(tmp_path / "gate")
    with gate:
        assert (tmp_path / "gate").exists()
    gate.close()
