# SPDX-License-Identifier: Apache-2.0
"""A device that declines a growing share of the studies it is given.

Keeps: the detector, its dossier and its words.
Promises: false alarms within the stated budget per device-year, the unknown baseline included.
Never: takes a refusal for a failure, or compares a device with another one.
Read next: dossier.yaml, then detector.py.
"""
