# SPDX-License-Identifier: Apache-2.0
# Keys that follow one another, keys that were lost, invitations that were taken back.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('register', '0022_intake'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='enrolmenttoken',
            options={'ordering': ['-issued_at', 'digest']},
        ),
        migrations.AddField(
            model_name='enrolmenttoken',
            name='installation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invited_by', to='register.installation'),
        ),
        migrations.AddField(
            model_name='enrolmenttoken',
            name='revoked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='installationkey',
            name='compromised_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='installationkey',
            name='replaces',
            field=models.CharField(blank=True, default='', max_length=64),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='installationkey',
            name='public',
            field=models.CharField(max_length=200),
        ),
    ]
