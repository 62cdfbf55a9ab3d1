from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Every batch writes this table: the index is built beside them."""

    atomic = False

    dependencies = [
        ('runs', '0018_life'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='metricstate',
            index=models.Index(condition=models.Q(('unsized', True)), fields=['project_id', 'run_id'], name='runs_state_unsized'),
        ),
    ]
