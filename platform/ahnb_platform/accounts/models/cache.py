"""The table of Django's database cache, which all processes of the server share."""

from django.db import models


class CacheRow(models.Model):
    """One cached value, in the form that `DatabaseCache` expects."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ahnb_cache"

    def __str__(self) -> str:
        return self.cache_key
