# SPDX-License-Identifier: Apache-2.0
"""Audit rows are never changed or deleted: triggers."""

from django.db import migrations

from nadzor.records import append_only


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [migrations.RunPython(append_only.migrate, migrations.RunPython.noop)]
