"""How PostgreSQL lays out the metric store's rows: none of it changes what is stored."""

from django.db import migrations

# Pages of the state keep room, so that an update stays on its page and touches no index.
# Chunks compress themselves; PostgreSQL would only spend time on trying again.
FORWARD = """
ALTER TABLE runs_metricstate SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE runs_metricstate ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE runs_metrictail ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE runs_metrictail ALTER COLUMN deliveries SET STORAGE EXTERNAL;
ALTER TABLE runs_metricwriter ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE runs_metricchunk ALTER COLUMN points SET STORAGE EXTERNAL;
ALTER TABLE runs_metricchunk ALTER COLUMN oddities SET STORAGE EXTERNAL;
ALTER TABLE runs_metricchunk ALTER COLUMN buckets SET STORAGE EXTERNAL;
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
