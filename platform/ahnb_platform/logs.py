"""What may not stand in a log."""

import logging
import re

# A link still works after a request that was refused, a token until it is revoked.
SECRETS = re.compile(
    r"((?:/|%2F)account(?:/|%2F)(?:link|invitation)(?:/|%2F)|ahnb_[0-9a-f]{10}_)[^/\s\"']+"
)


class SecretsFilter(logging.Filter):
    """Cuts one-time links and API tokens out of messages and their arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = SECRETS.sub(r"\1***", message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True
