# SPDX-License-Identifier: Apache-2.0
"""Physicians sign a device's studies much later, or much sooner, than they used to.

Keeps: the detector, its dossier and its words.
Promises: false alarms within the stated budget per device-year, the unknown baseline included.
Never: looks below a device and its versions: not at a reader, not at a clinic.
Read next: dossier.yaml, then detector.py.
"""
