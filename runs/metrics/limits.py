"""How large rows become. Stored rows do not depend on it: it may change at any time."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Attributes:
    fan_out: points in a bucket, and buckets in a coarser one.
    leaf_full, leaf: points from which a leaf is not extended; at which it is split.
    node_full, node: the same for a node's children.
    join_batches, join_rows, join_bytes: so many batches, or rows of a tier, are joined, if they
        are smaller together.
    drain_bytes, drain_bytes_a_metric: how much may wait in the tail.
    """

    fan_out: int = 16
    leaf_full: int = 4096
    leaf: int = 8192
    node_full: int = 16
    node: int = 32
    join_batches: int = 32
    join_rows: int = 8
    join_bytes: int = 64 * 1024
    drain_bytes: int = 1024 * 1024
    drain_bytes_a_metric: int = 2 * 1024


LIMITS = Limits()
