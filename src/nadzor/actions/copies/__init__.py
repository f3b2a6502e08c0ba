# SPDX-License-Identifier: Apache-2.0
"""Copies of the house for the day on which it burns: taken while it works, checked, put back.

Nothing here knows Django: a copy must be taken of a house of any release, and put back before any of it
starts.
"""
