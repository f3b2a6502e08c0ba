# SPDX-License-Identifier: Apache-2.0
"""A signal is a matter: streams, courses, dispositions, evidence by day, and the quiet device of the week."""

import django.db.models.deletion
from django.db import migrations, models

CLOSED = ("explained", "dismissed", "confirmed_for_case")
STATES = ("raised", "under_review", "merged", "maker_asked", "explained", "resolved_in_version", "archived", "dismissed", "confirmed_for_case", "regressed")


def tell_streams(apps, schema_editor):
    """Give signals and evidence of before what they would have been given when filed."""
    import msgspec

    from nadzor.base.clock import moscow_date
    from nadzor.detect.finding import Finding
    from nadzor.detect.words import severity
    from nadzor.vigilance.streams import family_of, stream_of
    from nadzor.vigilance.triage import strength

    for row in apps.get_model("vigilance", "Signal").objects.all():
        finding = msgspec.convert(row.evidence, Finding)
        row.stream, row.family = stream_of(finding), family_of(finding)
        row.dimension, row.severity, row.strength = finding.dimension, severity(finding), strength(finding)
        row.closed_on = moscow_date(row.changed_at) if row.state in CLOSED else None
        row.save()
    for row in apps.get_model("vigilance", "SignalEvidence").objects.all():
        row.day = moscow_date(row.at)
        row.save()


class Migration(migrations.Migration):

    dependencies = [("vigilance", "0001_initial")]

    operations = [
        migrations.AddField("signal", "stream", models.CharField(db_index=True, default="", max_length=64), preserve_default=False),
        migrations.AddField("signal", "family", models.CharField(db_index=True, default="", max_length=64), preserve_default=False),
        migrations.AddField("signal", "dimension", models.CharField(blank=True, default="", max_length=40), preserve_default=False),
        migrations.AddField("signal", "severity", models.SmallIntegerField(default=3)),
        migrations.AddField("signal", "strength", models.FloatField(default=0.0)),
        migrations.AddField("signal", "course", models.CharField(default="new", max_length=12)),
        migrations.AddField("signal", "owner", models.CharField(blank=True, default="", max_length=150), preserve_default=False),
        migrations.AddField("signal", "owner_role", models.CharField(blank=True, default="", max_length=32), preserve_default=False),
        migrations.AddField("signal", "take_up_by", models.DateField(null=True)),
        migrations.AddField("signal", "late_told_at", models.DateTimeField(null=True)),
        migrations.AddField("signal", "closed_on", models.DateField(null=True)),
        migrations.AddField("signal", "reason", models.CharField(blank=True, default="", max_length=40), preserve_default=False),
        migrations.AddField("signal", "fixed_version", models.CharField(blank=True, default="", max_length=40), preserve_default=False),
        migrations.AddField("signal", "archived_until", models.DateField(null=True)),
        migrations.AddField("signal", "archived_version", models.CharField(blank=True, default="", max_length=40), preserve_default=False),
        migrations.AddField("signal", "leading", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="led", to="vigilance.signal")),
        migrations.AddField("signal", "follows", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="followed_by", to="vigilance.signal")),
        migrations.RemoveConstraint("signal", "signal_state_known"),
        migrations.AddConstraint("signal", models.CheckConstraint(condition=models.Q(("state__in", STATES)), name="signal_state_known")),
        migrations.RemoveConstraint("signalevidence", "signal_evidence_once"),
        migrations.AddField("signalevidence", "day", models.DateField(null=True)),
        migrations.AddField("signalevidence", "stands", models.BooleanField(default=True)),
        migrations.AddField("signalevidence", "episodes", models.SmallIntegerField(default=1)),
        migrations.AddField("signalmove", "added", models.JSONField(default=dict)),
        migrations.CreateModel(
            name="QuietLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.CharField(max_length=8, unique=True)),
                ("device", models.CharField(max_length=40)),
                ("chosen_at", models.DateTimeField()),
                ("among", models.IntegerField()),
                ("outcome", models.CharField(blank=True, max_length=12)),
                ("note", models.TextField(blank=True)),
                ("seen_by", models.CharField(blank=True, max_length=150)),
                ("seen_at", models.DateTimeField(null=True)),
            ],
            options={"ordering": ["-week"]},
        ),
        migrations.RunPython(tell_streams, migrations.RunPython.noop, elidable=True),
    ]
