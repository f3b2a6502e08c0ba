# SPDX-License-Identifier: Apache-2.0
"""A site, or a whole device, reports fewer studies than it used to, though not none.

Keeps: the detector, its dossier, the evidence of a day, the limits of its charts.
Promises: a fall is measured against the stream's own weekdays, the country's calendar and its slow trend.
Never: counts a day of silence, a holiday or a group's rest as a fall; says why fewer studies came.
Read next: dossier.yaml, then detector.py.
"""
