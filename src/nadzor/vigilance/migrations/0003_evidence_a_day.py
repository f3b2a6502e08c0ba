# SPDX-License-Identifier: Apache-2.0
"""One piece of evidence a signal and day; a transaction of its own, since rows were just written."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("vigilance", "0002_matters")]

    operations = [
        migrations.AlterField("signalevidence", "day", models.DateField()),
        migrations.AddConstraint("signalevidence", models.UniqueConstraint(fields=("signal", "day"), name="signal_evidence_once_a_day")),
    ]
