"""The metric store: points of time series in binary chunks. Nobody else decodes a chunk."""

from .appending import append, begin_attempts, create_state, store, touch
from .bulk import WholeRun, add_runs
from .ends import last_values
from .folding import fold
from .freezing import set_frozen
from .glances import at_a_glance, states, summaries, sync_search_rows
from .many import series_of_runs
from .reading import series, series_of_many
from .records import Batch, Column, Frozen, Receipt, SeqReused, Series, State, Summary
from .removal import delete, hold, stored_at_least, stored_bytes
from .room import Full
from .streaming import Stretch, every_point, whole_state

__all__ = [
    "Batch",
    "Column",
    "Frozen",
    "Full",
    "Receipt",
    "SeqReused",
    "Series",
    "State",
    "Stretch",
    "Summary",
    "WholeRun",
    "add_runs",
    "append",
    "at_a_glance",
    "begin_attempts",
    "create_state",
    "delete",
    "every_point",
    "fold",
    "hold",
    "last_values",
    "series",
    "series_of_many",
    "series_of_runs",
    "set_frozen",
    "states",
    "store",
    "stored_at_least",
    "stored_bytes",
    "summaries",
    "sync_search_rows",
    "touch",
    "whole_state",
]
