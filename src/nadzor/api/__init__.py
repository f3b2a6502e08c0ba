# SPDX-License-Identifier: Apache-2.0
"""The door for programs: `/api/v1/`, described by its own OpenAPI document.

Keeps: routes, the words they answer in, and how a refusal becomes a problem document.
Promises: errors are RFC 9457 documents; lists are keyset-paged and have a changed-since cursor.
Never: decides, or imports models or another door.
Read next: routes.py, problems.py
"""
