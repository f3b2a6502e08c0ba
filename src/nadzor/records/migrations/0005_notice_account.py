# SPDX-License-Identifier: Apache-2.0
"""A notice may be for one account alone: what happened to its keys concerns nobody else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_protection"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_has_one_addressee",
        ),
        migrations.AddField(
            model_name="notice",
            name="account",
            field=models.CharField(blank=True, default="", max_length=150),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["account", "created"], name="notice_account"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("organisation_code", ""), ("role", "")),
                        models.Q(("account", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("account", ""), ("role", "")),
                        models.Q(("organisation_code", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("account", ""), ("organisation_code", "")),
                        models.Q(("role", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="notice_has_one_addressee",
            ),
        ),
    ]
