# SPDX-License-Identifier: Apache-2.0
"""What troubles us and what follows: signals, adverse events, cases' grounds, warnings, clinical monitoring.

Keeps: Signal and its evidence; AdverseEvent with documents, steps, narratives; the terminology; what a case
rests on; warnings with their copies; plans and yearly reports of clinical monitoring; missed limits.
Promises: a finding is one signal, an event keeps its coded core, evidence is only added, moves have grounds.
Never: detects anything, decides by itself, names a clinic, or calls agreement accuracy.
Read next: models/__init__.py, queries.py, statements.py.
"""

from __future__ import annotations
