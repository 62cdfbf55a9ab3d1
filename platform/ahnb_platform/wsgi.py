"""The WSGI application that granian serves."""

import os

from ahnb_platform.database.process import die_with_parent

die_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ahnb_platform.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402 - the signal comes first

from ahnb_platform.database.pooling import use_pool  # noqa: E402
from ahnb_platform.room import with_room  # noqa: E402
from ahnb_platform.slots import with_body_slots  # noqa: E402

_pages = get_wsgi_application()
use_pool()

from runs.api.express import ExpressLane  # noqa: E402 - the apps are ready by now

application = with_room(with_body_slots(ExpressLane(_pages)))
