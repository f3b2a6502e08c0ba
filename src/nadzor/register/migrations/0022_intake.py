# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('register', '0021_refused_moves'),
    ]

    operations = [
        migrations.AddField(
            model_name='installationkey',
            name='suite',
            field=models.CharField(default='ed25519+sha256', max_length=32),
        ),
        migrations.CreateModel(
            name='ForwarderToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('issued_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='register.installation')),
            ],
            options={
                'ordering': ['issued_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='MissingInstallation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(db_index=True, max_length=40)),
                ('told', models.CharField(max_length=500)),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, max_length=500)),
                ('answered_by', models.CharField(blank=True, max_length=150)),
                ('answered_at', models.DateTimeField(null=True)),
                ('device', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='missing', to='register.device')),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DeclaredReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(max_length=7)),
                ('format', models.CharField(max_length=4)),
                ('digest', models.CharField(max_length=64)),
                ('rows', models.JSONField()),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declared', to='register.device')),
            ],
            options={
                'ordering': ['-month', '-at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('device', 'month', 'digest'), name='declared_once'), models.CheckConstraint(condition=models.Q(('format__in', ('json', 'csv', 'xlsx'))), name='declared_format_known')],
            },
        ),
        migrations.CreateModel(
            name='IntegrityFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('subject', models.CharField(max_length=64)),
                ('facts', models.JSONField()),
                ('found_at', models.DateTimeField()),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='integrity', to='register.installation')),
            ],
            options={
                'ordering': ['-found_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'installation', 'subject'), name='integrity_once'), models.CheckConstraint(condition=models.Q(('kind__in', ('conflict', 'fork', 'restored'))), name='integrity_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='VolumeStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.CharField(max_length=7)),
                ('counted', models.PositiveIntegerField()),
                ('answer', models.CharField(max_length=12)),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='volumes', to='register.installation')),
            ],
            options={
                'ordering': ['-quarter', '-id'],
                'constraints': [models.UniqueConstraint(fields=('installation', 'quarter'), name='volume_once_a_quarter'), models.CheckConstraint(condition=models.Q(('answer__in', ('about_right', 'fewer', 'more', 'not_used', 'unknown'))), name='volume_answer_known')],
            },
        ),
    ]
