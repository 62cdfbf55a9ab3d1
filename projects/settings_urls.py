"""URLs below a project: settings and sharing. The arguments are `team_slug` and `project_slug`."""

from django.urls import path

from .views import aside, retention, settings, sharing, storage, transfers, trash

urlpatterns = [
    path("settings/", settings.project_settings, name="settings"),
    path("settings/address/", settings.rename, name="rename"),
    path("archive/", settings.archive, name="archive"),
    path("restore/", settings.restore, name="restore"),
    path("retention/", retention.retention_page, name="retention"),
    path("quota/", storage.set_quota, name="quota"),
    path("trash/", trash.trash, name="trash"),
    path("trash/purge/", aside.purge, name="purge"),
    path("transfer/", transfers.transfer, name="transfer"),
    path("transfer/withdraw/", transfers.withdraw, name="transfer-withdraw"),
    path("sharing/", sharing.sharing, name="sharing"),
    path("sharing/<int:share_id>/end/", sharing.end_share, name="share-end"),
]
