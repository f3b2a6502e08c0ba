# SPDX-License-Identifier: Apache-2.0
"""Requests to take second factors off, decided by two people; passwords that the operator gave."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_api_tokens'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='is_password_given',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='FactorReset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(db_index=True, max_length=150)),
                ('because', models.CharField(max_length=500)),
                ('is_alone', models.BooleanField(default=False)),
                ('asked_by', models.CharField(max_length=150)),
                ('asked_at', models.DateTimeField()),
                ('due_from', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('is_approved', models.BooleanField(null=True)),
                ('decided_by', models.CharField(blank=True, max_length=150)),
                ('decided_because', models.CharField(blank=True, max_length=500)),
                ('decided_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('is_approved', None), ('is_approved', False), models.Q(models.Q(('decided_by', models.F('asked_by')), _negated=True), models.Q(('decided_by', models.F('account')), _negated=True)), _connector='OR'), name='factor_reset_by_two')],
            },
        ),
    ]
