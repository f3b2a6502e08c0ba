# SPDX-License-Identifier: Apache-2.0
"""The role of whoever is on duty: notices go to a role."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vigilance", "0007_warnings_of_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="dutyday",
            name="role",
            field=models.CharField(default="head", max_length=32),
        ),
    ]
