"""Setting an app up: the page shows one secret until it is confirmed, also when loaded again."""

import time
from typing import Any

from allauth.core import context
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY

SHOWN_SECONDS = 600
SINCE = "totp_secret_since"


class AppForm(ActivateTOTPForm):
    """allauth's makes a new secret whenever the page is loaded, which voids what was scanned."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        pending, since = session.get(SECRET_SESSION_KEY), session.get(SINCE, 0.0)
        super().__init__(*args, **kwargs)
        if self.is_bound:
            return
        if pending and time.time() - since < SHOWN_SECONDS:
            self.secret = session[SECRET_SESSION_KEY] = pending
        else:
            session[SINCE] = time.time()
