# SPDX-License-Identifier: Apache-2.0
"""Finding what is strange in the days of a device.

Keeps: detectors (one folder each, code and dossier), the statistics beneath them, the shape of a finding.
Promises: a finding follows from rollup rows and stated parameters alone, in any order, and names both.
Never: reads a clock, a database or an event; decides what to do about a finding.
Read next: finding.py, then failure_cusum/detector.py.
"""
