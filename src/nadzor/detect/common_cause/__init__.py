# SPDX-License-Identifier: Apache-2.0
"""Common cause: several devices of several makers move together at one site or on one maker's equipment.

Keeps: the detector, what it watches, the gate that asks for several devices, its dossier and words.
Promises: one device, however bad, and what the whole nation does are no common cause.
Never: names a device; it names a place, an equipment, and the devices that moved there.
Read next: dossier.yaml, then detector.py, watched.py.
"""
