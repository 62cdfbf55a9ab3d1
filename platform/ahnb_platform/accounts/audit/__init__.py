"""The record of acts (`docs/audit.md`): kept for good, and every row bound to the one before.

recording   every service that changes something for people writes one event
content     what of an event is hashed, and how
verifying   walks the chain and tells the first row that does not fit
erasing     takes the words about a person out of events; the chain still fits
"""

from .recording import ANONYMOUS, OPERATOR, record, recorded

__all__ = ["ANONYMOUS", "OPERATOR", "record", "recorded"]
