# SPDX-License-Identifier: Apache-2.0
"""Answers to letters that name a person lie sealed until they are redacted."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vigilance', '0009_site_letters'),
    ]

    operations = [
        migrations.AddField(
            model_name='siteletter',
            name='held',
            field=models.BooleanField(db_index=True, default=False),
        ),
        migrations.AddField(
            model_name='siteletter',
            name='held_kind',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='siteletter',
            name='nonce',
            field=models.BinaryField(max_length=12, null=True),
        ),
        migrations.AddField(
            model_name='siteletter',
            name='released_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='siteletter',
            name='released_by',
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name='siteletter',
            name='sealed',
            field=models.BinaryField(null=True),
        ),
    ]
