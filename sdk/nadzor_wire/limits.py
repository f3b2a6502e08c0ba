# SPDX-License-Identifier: Apache-2.0
"""Every limit of the wire in one block, each with its reason."""

from __future__ import annotations

CODED_MAX = 4 * 1024 * 1024  # bytes of a coded body: bounds what the door reads before it has judged anything
INFLATED_MAX = 16 * 1024 * 1024  # bytes after inflation, counted while inflating: bounds memory of one batch
RATIO_MAX = 100  # inflated / coded: honest NDJSON compresses 5-12 times, a bomb a thousand times
RATIO_FREE = 64 * 1024  # bytes that may inflate at any ratio: tiny repetitive batches are honest
EVENTS_MAX = 5_000  # events of a batch: bounds one fsync and one receipt
EVENT_MAX = (
    64 * 1024
)  # bytes of one event: intermediaries must forward this much (CloudEvents 1.0.2, size limits)
DEPTH_MAX = 16  # nesting of JSON: real events need 3
SIGNATURE_WINDOW_S = 300  # |created - server time|: wider keeps stolen requests useful for longer
CARRIED_WINDOW_S = 35 * 86_400  # the same for a batch carried on a medium: a monthly round, and days to spare
FUTURE_FLAG_S = 300  # an event dated later than this after receipt is accepted and flagged
FINDINGS_MAX = 64  # findings of one event: the widest chest model known reports about 40
INT_MAX = 2**53 - 1  # integers that every JSON reader keeps exactly (RFC 7493 section 2.2)
