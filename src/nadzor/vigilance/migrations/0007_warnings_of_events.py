# SPDX-License-Identifier: Apache-2.0
"""Warnings that follow from an adverse event, decisions on public letters, and what became of a notice."""

import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vigilance", "0006_places_of_a_code"),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("decision", models.CharField(max_length=12)),
                ("because", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="changed_at",
            field=models.DateTimeField(
                db_index=True, default=datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="cites",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="document",
            field=models.PositiveBigIntegerField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="ended_by",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="followed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="follows",
                to="vigilance.publicnotice",
            ),
        ),
        migrations.AddField(
            model_name="publicnotice",
            name="kind",
            field=models.CharField(default="maker", max_length=16),
        ),
        migrations.AddField(
            model_name="safetywarning",
            name="event",
            field=models.CharField(blank=True, db_index=True, max_length=20),
        ),
        migrations.AddConstraint(
            model_name="safetywarning",
            constraint=models.UniqueConstraint(
                condition=models.Q(("event", ""), _negated=True),
                fields=("event", "kind"),
                name="warning_once_an_event",
            ),
        ),
        migrations.AddField(
            model_name="noticedecision",
            name="warning",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="vigilance.safetywarning",
            ),
        ),
    ]
