# SPDX-License-Identifier: Apache-2.0
"""Open rows: what the public reads, each under the number of its last change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0005_notice_account"),
    ]

    operations = [
        migrations.CreateModel(
            name="OpenShelf",
            fields=[
                ("shelf", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("stamp", models.CharField(max_length=64)),
                ("checked_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="OpenRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shelf", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=300)),
                ("change", models.PositiveBigIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("content", models.JSONField(null=True)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["change"],
                "indexes": [models.Index(fields=["shelf", "change"], name="open_row_change")],
                "constraints": [models.UniqueConstraint(fields=("shelf", "key"), name="open_row_once")],
            },
        ),
    ]
