# SPDX-License-Identifier: Apache-2.0
"""What a person of the regulator has read of the morning page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vigilance", "0004_vigilance_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="MorningLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("username", models.CharField(max_length=150, unique=True)),
                ("up_to", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["username"],
            },
        ),
    ]
