# SPDX-License-Identifier: Apache-2.0
"""Proofs that a reported batch is in the log, and that the log only grew.

Keeps: the arithmetic of the Merkle tree (RFC 9162), its tiles, the signed checkpoint (C2SP); what a witness
signs, what a monitor concludes; the proof bundle and its check.
Promises: pure; any proof of any size is made from hashes of complete subtrees, O(log n) of them.
Never: reads a file, a database or the time; never decides what enters the log.
Read next: tree.py, then checkpoint.py, then tiles.py; bundle.py for a court.
"""

from __future__ import annotations
