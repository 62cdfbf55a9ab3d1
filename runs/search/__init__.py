"""Finding runs: a small language of conditions, an order, and pages by keyset.

grammar   text -> conditions
fields    what may stand on the left of a comparison
conditions  conditions -> one queryset of matching runs
orders    the order as a row of phases, each read through an index
pages     one page: ids, cursor, total
"""

from .errors import QueryError
from .pages import Found, find

__all__ = ["Found", "QueryError", "find"]
