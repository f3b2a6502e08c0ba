# SPDX-License-Identifier: Apache-2.0
"""The ways down to a code: some terms stand in two branches."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vigilance", "0005_morning_look"),
    ]

    operations = [
        migrations.AddField(
            model_name="code",
            name="places",
            field=models.JSONField(default=list),
        ),
    ]
