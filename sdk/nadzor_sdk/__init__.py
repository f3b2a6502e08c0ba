# SPDX-License-Identifier: Apache-2.0
"""What a maker installs: one line to start, microseconds to report, nothing lost, every receipt checked.

Keeps: a spool on disk, bounded with all its streams; a sender thread; batches on their way by hand; the
count of everything that was dropped, and why, beyond the life of a process.
Promises: what a capture call returned for survives SIGKILL; what was synced survives power loss; an event
leaves the disk only when a receipt for it was verified under the pinned key of the log.
Never: raises into the host after it started; waits for the network in a capture call; sends an event
that its own schema would refuse; repeats a refused value in a log or in `health()`.
Read next: client.py, spool.py, sender.py, carry.py.
"""

from __future__ import annotations

from nadzor_sdk.client import Client
from nadzor_sdk.health import Health
from nadzor_wire.event import Failure, Finding, ReviewFinding, TruthFinding

__all__ = ["Client", "Failure", "Finding", "Health", "ReviewFinding", "TruthFinding"]
__version__ = "0.1.0"
