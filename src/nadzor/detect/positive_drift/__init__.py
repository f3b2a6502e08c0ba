# SPDX-License-Identifier: Apache-2.0
"""The share of positive decisions has moved: of a device, or on the equipment of one maker.

Keeps: the detector, its dossier and its words.
Promises: false alarms within the stated budget per device-year, the unknown baseline included.
Never: takes a season for a drift, or a drift for an error.
Read next: dossier.yaml, then detector.py.
"""
