# SPDX-License-Identifier: Apache-2.0
"""Accounts, roles and organisations.

Keeps: who may enter, in which role, for which organisation.
Promises: a permission is one pure function of a person and what the thing belongs to; its twin raises with a sentence.
Never: decides whether a thing is allowed in its present state (that is `procedures`), or knows about devices.
Read next: roles.py, permissions.py, queries.py
"""
