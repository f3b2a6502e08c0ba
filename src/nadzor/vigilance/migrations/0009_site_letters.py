# SPDX-License-Identifier: Apache-2.0
"""Routine letters to sites and their answers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vigilance", "0008_role_of_duty"),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("site", models.CharField(db_index=True, max_length=40)),
                ("kind", models.CharField(max_length=16)),
                ("about", models.CharField(blank=True, max_length=40)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
                ("told_at", models.DateTimeField(db_index=True, null=True)),
                ("reached", models.BooleanField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
    ]
