"""Counting what happens, where somebody wants to see it; else nothing is imported or done."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

METERS: Any = None
if settings.METRICS_TOKEN:
    from . import meters as METERS  # noqa: N812 - one name, whether it is there or not


def count_batch(batch: Mapping[str, Any], receipt: Mapping[str, Any], size: int) -> None:
    """A batch that was acknowledged.

    Args:
        batch: the document of the contract, which was found to be sound.
        receipt: the answer to it.
        size: bytes of the body as it came.
    """
    if METERS is not None:
        points = sum(len(column["v"]) for column in batch.get("metrics", {}).values())
        METERS.count_batch(points, size, is_duplicate=bool(receipt["duplicate"]))
