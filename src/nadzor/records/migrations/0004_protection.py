# SPDX-License-Identifier: Apache-2.0
"""Readings and seals, openings of the vault, holds and orders to destroy, releases and embargoes."""

import django.db.models.deletion
from django.db import migrations, models

from nadzor.records import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_notice_mail'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('first_deed', models.PositiveBigIntegerField()),
                ('last_deed', models.PositiveBigIntegerField()),
                ('first_read', models.PositiveBigIntegerField()),
                ('last_read', models.PositiveBigIntegerField()),
                ('size', models.PositiveBigIntegerField(unique=True)),
                ('root', models.CharField(max_length=44)),
                ('checkpoint', models.TextField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='AccessDeferral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.CharField(blank=True, max_length=64)),
                ('site', models.CharField(blank=True, max_length=40)),
                ('until', models.DateTimeField()),
                ('because', models.CharField(max_length=500)),
                ('placed_by', models.CharField(max_length=200)),
                ('placed_at', models.DateTimeField()),
                ('ended_by', models.CharField(blank=True, max_length=200)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('device', ''), ('site', ''), _connector='XOR'), name='deferral_has_one_owner')],
            },
        ),
        migrations.CreateModel(
            name='Embargo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.CharField(max_length=64)),
                ('version', models.CharField(blank=True, max_length=60)),
                ('hides', models.JSONField()),
                ('about', models.CharField(blank=True, max_length=120)),
                ('because', models.CharField(max_length=500)),
                ('placed_by', models.CharField(max_length=200)),
                ('placed_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('ended_by', models.CharField(blank=True, max_length=200)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_because', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['device', 'until'], name='embargo_of_device')],
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.CharField(blank=True, max_length=64)),
                ('installation', models.CharField(blank=True, max_length=64)),
                ('first_month', models.CharField(blank=True, max_length=7)),
                ('last_month', models.CharField(blank=True, max_length=7)),
                ('about', models.CharField(blank=True, max_length=120)),
                ('because', models.CharField(max_length=500)),
                ('placed_by', models.CharField(max_length=200)),
                ('placed_at', models.DateTimeField()),
                ('lifted_by', models.CharField(blank=True, max_length=200)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_because', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('device', ''), ('installation', ''), _connector='XOR'), name='hold_has_one_scope')],
            },
        ),
        migrations.CreateModel(
            name='ReadEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=200)),
                ('role', models.CharField(max_length=32)),
                ('organisation', models.CharField(blank=True, max_length=64)),
                ('way', models.CharField(max_length=8)),
                ('route', models.CharField(max_length=80)),
                ('subject', models.CharField(max_length=120)),
                ('device', models.CharField(blank=True, max_length=64)),
                ('site', models.CharField(blank=True, max_length=40)),
                ('rows', models.PositiveIntegerField(default=1)),
                ('grounds', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['device', 'at'], name='read_of_device'), models.Index(fields=['site', 'at'], name='read_of_site'), models.Index(fields=['by', 'at'], name='read_by')],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=10)),
                ('edition', models.PositiveIntegerField(default=1)),
                ('sha256', models.CharField(max_length=64)),
                ('rows', models.PositiveIntegerField()),
                ('built_at', models.DateTimeField()),
                ('is_safe', models.BooleanField()),
                ('attack', models.JSONField()),
                ('published_by', models.CharField(blank=True, max_length=200)),
                ('published_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['series', '-period', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('published_at', None), ('is_safe', True), _connector='OR'), name='unsafe_is_not_published'), models.UniqueConstraint(condition=models.Q(('published_at', None), _negated=True), fields=('series', 'period'), name='published_once')],
            },
        ),
        migrations.CreateModel(
            name='ShredOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('installation', models.CharField(max_length=64)),
                ('month', models.CharField(max_length=7)),
                ('retention', models.CharField(blank=True, max_length=60)),
                ('because', models.CharField(max_length=500)),
                ('asked_by', models.CharField(max_length=200)),
                ('asked_at', models.DateTimeField()),
                ('decided_by', models.CharField(blank=True, max_length=200)),
                ('decided_at', models.DateTimeField(null=True)),
                ('is_approved', models.BooleanField(null=True)),
                ('decided_because', models.CharField(blank=True, max_length=500)),
                ('done_at', models.DateTimeField(null=True)),
                ('outcome', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by', ''), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='shred_by_two'), models.UniqueConstraint(condition=models.Q(('done_at', None), models.Q(('is_approved', False), _negated=True)), fields=('installation', 'month'), name='one_open_shred_order')],
            },
        ),
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('object', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('retention', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=200)),
                ('because', models.CharField(max_length=500)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['kind', 'object'], name='tombstone_of')],
            },
        ),
        migrations.CreateModel(
            name='VaultOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('purpose', models.CharField(max_length=40)),
                ('because', models.CharField(max_length=500)),
                ('about', models.CharField(blank=True, max_length=120)),
                ('sites', models.JSONField()),
                ('state', models.CharField(max_length=12)),
                ('asked_by', models.CharField(max_length=200)),
                ('asked_role', models.CharField(max_length=32)),
                ('asked_at', models.DateTimeField()),
                ('lapses_at', models.DateTimeField()),
                ('decided_by', models.CharField(blank=True, max_length=200)),
                ('decided_role', models.CharField(blank=True, max_length=32)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_because', models.CharField(blank=True, max_length=500)),
                ('opened_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('review_due', models.DateField(null=True)),
                ('reviewed_by', models.CharField(blank=True, max_length=200)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('finding', models.CharField(blank=True, max_length=20)),
                ('review_because', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('two_person', 'break_glass'))), name='opening_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ('asked', 'open', 'refused', 'lapsed', 'closed', 'reviewed'))), name='opening_state_known'), models.CheckConstraint(condition=models.Q(('decided_by', ''), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='opening_by_two'), models.CheckConstraint(condition=models.Q(('reviewed_by', ''), models.Q(('reviewed_by', models.F('asked_by')), _negated=True), _connector='OR'), name='opening_reviewed_by_another')],
            },
        ),
        migrations.CreateModel(
            name='VaultLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(db_index=True, max_length=40)),
                ('by', models.CharField(max_length=200)),
                ('role', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
                ('opening', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='records.vaultopening')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.RunPython(append_only.migrates(*append_only.LATER), migrations.RunPython.noop),
    ]
