# SPDX-License-Identifier: Apache-2.0
"""Physicians agree with a device less and less, suspiciously always, or no longer look.

Keeps: the detector, its dossier and its words.
Promises: false alarms within the stated budget per device-year, the unknown baseline included.
Never: takes agreement for accuracy, or names a physician.
Read next: dossier.yaml, then detector.py.
"""
