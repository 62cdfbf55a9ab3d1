"""The type of what pages get behind the middleware."""

from django_htmx.middleware import HtmxDetails

from ahnb_platform.accounts.person import PersonRequest


class PageRequest(PersonRequest):
    """A request of somebody who is logged in, which may come from htmx."""

    htmx: HtmxDetails
