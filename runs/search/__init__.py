"""Finding runs: a small language of conditions, an order, and pages by keyset.

grammar   text -> conditions
fields    what may stand on the left of a comparison
narrow    comparisons of metrics and parameters, plain those of the run itself
conditions  conditions -> the matching runs, or the narrow rows of these
counting  how many they are
orders    the order as a row of phases, each read through an index
pages     one page: ids, cursor, total
"""

from .errors import QueryError
from .pages import Found, find

__all__ = ["Found", "QueryError", "find"]
