# SPDX-License-Identifier: Apache-2.0
"""The scores of a device lie otherwise than before: everywhere, or on the equipment of one maker.

Keeps: the detector, its dossier and its words, histograms brought to the scale of their own baseline.
Promises: false alarms within the stated budget per device-year, the unknown baseline included.
Never: takes a movement of everybody for a device's own, or a drift for an error.
Read next: dossier.yaml, then detector.py, then histograms.py.
"""
