import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0014_has_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='linted_with',
            field=models.CharField(db_default='', default='', max_length=16),
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('pk', models.CompositePrimaryKey('project_id', 'run_id', 'rule', 'place', blank=True, editable=False, primary_key=True, serialize=False)),
                ('project_id', models.BigIntegerField()),
                ('run_id', models.UUIDField()),
                ('rule', models.CharField(max_length=40)),
                ('place', models.CharField(max_length=255)),
                ('severity', models.PositiveSmallIntegerField(choices=[(1, 'info'), (2, 'warn'), (3, 'error')])),
                ('text', models.TextField()),
                ('fix', models.TextField(blank=True)),
                ('where', models.JSONField(default=dict)),
                ('evidence', models.JSONField(default=dict)),
                ('step', models.BigIntegerField(null=True)),
                ('epoch', models.BigIntegerField(null=True)),
                ('source', models.CharField(choices=[('client', 'the client'), ('server', 'the server')], max_length=6)),
                ('found_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('rules_version', models.CharField(blank=True, max_length=16)),
                ('run', models.ForeignObject(from_fields=['project_id', 'run_id'], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='runs.run', to_fields=['project_id', 'id'])),
            ],
            options={
                'indexes': [models.Index(fields=['project_id', 'found_at', 'run_id', 'rule', 'place'], name='runs_finding_newest'), models.Index(fields=['project_id', 'rule', 'found_at', 'run_id', 'place'], include=('severity',), name='runs_finding_by_rule')],
            },
        ),
        migrations.CreateModel(
            name='Mute',
            fields=[
                ('pk', models.CompositePrimaryKey('project_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('project_id', models.BigIntegerField()),
                ('id', models.UUIDField()),
                ('rule', models.CharField(max_length=40)),
                ('run_id', models.UUIDField(help_text='None for all runs of the project.', null=True)),
                ('reason', models.TextField(blank=True)),
                ('user_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('run', models.ForeignObject(from_fields=['project_id', 'run_id'], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='runs.run', to_fields=['project_id', 'id'])),
                ('user', models.ForeignObject(from_fields=['user_id'], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, to_fields=['id'])),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('run_id', None)), fields=('project_id', 'rule'), name='runs_mute_of_project_once'), models.UniqueConstraint(condition=models.Q(('run_id__isnull', False)), fields=('project_id', 'rule', 'run_id'), name='runs_mute_of_run_once')],
            },
        ),
    ]
