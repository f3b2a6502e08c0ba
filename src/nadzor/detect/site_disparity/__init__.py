# SPDX-License-Identifier: Apache-2.0
"""Sites at which a device does otherwise than at its other sites.

Keeps: the detector, its dossier, its words.
Promises: a site is named only beyond the differences that are usual between sites, and only when it lasts.
Never: names one of two sites, ranks clinics, or takes a difference of patients for a fault.
Read next: dossier.yaml, then detector.py.
"""
