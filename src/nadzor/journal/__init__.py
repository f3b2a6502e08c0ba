# SPDX-License-Identifier: Apache-2.0
"""Everything that was ever acknowledged, in the order in which it became durable.

Keeps: accepted batches (encrypted), their leaves and verdicts, the tree, streams, gaps, forks, refusals.
Promises: what it acknowledges is fsynced and in the tree; a repeated batch gets the same leaf and index.
Never: judges an event, rewrites a row of the log, keeps a value that was refused.
Read next: entry.py, placing.py (who decides), log.py (who writes), writer.py (who waits), store.py (where).
"""

from __future__ import annotations
