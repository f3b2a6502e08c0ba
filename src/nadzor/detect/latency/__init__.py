# SPDX-License-Identifier: Apache-2.0
"""A device that takes longer over its studies than it used to.

Keeps: the detector, the edges it chooses, its dossier and its words.
Promises: false alarms within the stated budget per device-year, the unknown baseline included.
Never: looks at a reader, or judges how fast a device ought to be.
Read next: dossier.yaml, then detector.py.
"""
