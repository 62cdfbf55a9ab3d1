from django.db import migrations, models

FILL = """
UPDATE runs_run SET has_files = true
WHERE (project_id, id) IN (SELECT DISTINCT project_id, run_id FROM runs_artifact)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0013_artifacts'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='has_files',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
