"""What all calls on one run share."""

from typing import Any
from uuid import UUID

from rest_framework.permissions import SAFE_METHODS

from ahnb_platform.api.views import ApiView
from ahnb_platform.errors import Missing

from .. import queries
from ..models import Run


class RunView(ApiView):
    """A call on a run that exists; finds it before anything else happens."""

    run: Run

    def look_up(self, **kwargs: Any) -> int:
        run_id: UUID = kwargs["run_id"]
        try:
            self.run = queries.run_for_user(self.person, run_id, within=self.token.project_id)
        except Missing:
            if self.request.method not in SAFE_METHODS:
                queries.refuse_unseen(self.person, run_id, within=self.token.project_id)
            raise
        return self.run.role
