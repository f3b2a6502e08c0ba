# SPDX-License-Identifier: Apache-2.0
"""Corrections on the wire that came before the event they correct wait for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One table."""

    dependencies = [
        ("vigilance", "0010_held_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="EarlyCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source_id", models.CharField(max_length=120, unique=True)),
                ("reason", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
