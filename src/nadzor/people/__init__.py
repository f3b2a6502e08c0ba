# SPDX-License-Identifier: Apache-2.0
"""Accounts, roles and organisations.

Keeps: who may enter, in which role, for which organisation.
Promises: a permission is one pure function of a person and of whose the thing is; its twin raises a sentence.
Never: decides whether a thing is allowed in its present state (`procedures` does), or knows about devices.
Read next: roles.py, permissions.py, queries.py
"""
