# SPDX-License-Identifier: Apache-2.0
"""Notices remember whether they went out by e-mail; those of the past count as told."""

from django.db import migrations, models
from django.db.models import F


def told(apps, schema_editor):
    """Nobody wants the letters of last year today."""
    apps.get_model("records", "Notice").objects.filter(mailed_at=None).update(mailed_at=F("created"))


class Migration(migrations.Migration):
    dependencies = [("records", "0002_append_only")]

    operations = [
        migrations.AddField("notice", "mailed_at", models.DateTimeField(null=True)),
        migrations.AddField("notice", "mail_tries", models.PositiveIntegerField(default=0)),
        migrations.AddField("notice", "mail_fault", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddIndex(
            "notice", models.Index(fields=["mailed_at", "mail_tries"], name="notice_unmailed")
        ),
        migrations.RunPython(told, migrations.RunPython.noop),
    ]
