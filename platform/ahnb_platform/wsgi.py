"""The WSGI application that granian serves."""

import os

from ahnb_platform.database.process import die_with_parent

die_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ahnb_platform.settings")

import django  # noqa: E402 - the signal comes first
from django.core.wsgi import get_wsgi_application  # noqa: E402

django.setup(set_prefix=False)

from ahnb_platform.database.default import use_pool  # noqa: E402
from ahnb_platform.fairness import FairShares  # noqa: E402
from ahnb_platform.monitoring.reporting import start_reporting  # noqa: E402
from ahnb_platform.monitoring.tracing import start_tracing  # noqa: E402
from ahnb_platform.room import with_room  # noqa: E402
from ahnb_platform.slots import with_body_slots  # noqa: E402

# Both change what the handler is made of.
start_reporting()
start_tracing()
_pages = get_wsgi_application()
use_pool()

from runs.api.express import ExpressLane  # noqa: E402 - the apps are ready by now

application = with_room(with_body_slots(FairShares(ExpressLane(_pages))))
