# SPDX-License-Identifier: Apache-2.0
"""A rise of the share of failed studies: at a version, or at a site.

Keeps: the detector, its dossier, its expectation and its chart.
Promises: false alarms within the stated budget per device-year, the unknown baseline included.
Never: compares a device with another one, or a day without studies with anything.
Read next: dossier.yaml, then detector.py.
"""
