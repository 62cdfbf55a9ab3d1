from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # So that nobody who logs in meanwhile waits for it.
    atomic = False

    dependencies = [
        ('accounts', '0005_service_accounts'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='auditevent',
            index=models.Index(fields=['team', 'action', '-at'], name='accounts_audit_team_action', opclasses=['int8_ops', 'varchar_pattern_ops', 'timestamptz_ops']),
        ),
        AddIndexConcurrently(
            model_name='auditevent',
            index=models.Index(fields=['actor_label', '-at'], name='accounts_audit_by_actor'),
        ),
        AddIndexConcurrently(
            model_name='auditevent',
            index=models.Index(fields=['action', '-at'], name='accounts_audit_by_action', opclasses=['varchar_pattern_ops', 'timestamptz_ops']),
        ),
        AddIndexConcurrently(
            model_name='auditevent',
            index=models.Index(fields=['target_label'], name='accounts_audit_by_target', opclasses=['varchar_pattern_ops']),
        ),
        AddIndexConcurrently(
            model_name='auditevent',
            index=models.Index(fields=['target_id'], name='accounts_audit_by_target_id'),
        ),
    ]
