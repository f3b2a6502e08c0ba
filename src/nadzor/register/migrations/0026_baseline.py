# SPDX-License-Identifier: Apache-2.0
# The window that a device is measured against, as a person set it.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('register', '0025_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Baseline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField()),
                ('after', models.DateField()),
                ('by', models.CharField(max_length=150)),
                ('because', models.TextField()),
                ('at', models.DateTimeField()),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='baselines', to='register.device')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('first__lt', models.F('after'))), name='baseline_has_days')],
            },
        ),
    ]
