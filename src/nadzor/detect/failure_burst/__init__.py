# SPDX-License-Identifier: Apache-2.0
"""Failures that come in a burst of one to three days: too short for a chart of lasting rises.

Keeps: the detector, its dossier and words.
Promises: a burst is judged against the device's own baseline, its uncertainty and over-dispersion included.
Never: takes one failure more than usual for a burst; speaks of one burst twice.
Read next: dossier.yaml, then detector.py.
"""
