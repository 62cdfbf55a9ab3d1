"""How much an optimizer keeps beside the weights, by its class and settings.

Each number of slots is what `build` of the class makes in Keras 3: tensors of the size of each
trainable weight. `tests/contract/test_models.py` compares them with real optimizers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .costs import WeightsOfType
from .reading import mapping, text

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Slots:
    """What an optimizer keeps: copies of the trainable weights, and the bytes of all of them.

    `each` and `bytes` are None for a class whose slots are not known.
    """

    optimizer: str
    each: int | None
    bytes: int | None


def _one_with_momentum(settings: Settings) -> int:
    return int(bool(settings.get("momentum")))


SLOTS: dict[str, Callable[[Settings], int]] = {
    "SGD": _one_with_momentum,
    "RMSprop": lambda settings: (
        1 + _one_with_momentum(settings) + int(settings.get("centered") is True)
    ),
    "Adam": lambda settings: 2 + int(settings.get("amsgrad") is True),
    "AdamW": lambda settings: 2 + int(settings.get("amsgrad") is True),
    "Adamax": lambda _: 2,
    "Nadam": lambda _: 2,
    "Lamb": lambda _: 2,
    "Adagrad": lambda _: 1,
    "Adadelta": lambda _: 2,
    "Ftrl": lambda _: 2,
    "Lion": lambda _: 1,
}


def slots_of(compiled: object, weights: Sequence[WeightsOfType]) -> Slots | None:
    """The slots of the optimizer that a model was compiled with; None where there is none."""
    config = mapping(mapping(compiled).get("optimizer_config"))
    settings = mapping(config.get("config"))
    if isinstance(settings.get("inner_optimizer"), Mapping):
        config = mapping(settings["inner_optimizer"])
        settings = mapping(config.get("config"))
    name = text(config.get("class_name")) or text(mapping(compiled).get("optimizer"))
    if not name:
        return None
    count = SLOTS.get(name)
    if count is None or not settings:
        return Slots(name, None, None)
    steps = settings.get("gradient_accumulation_steps")
    averages = int(settings.get("use_ema") is True)
    each = count(settings) + averages + int(isinstance(steps, int) and steps > 1)
    sizes = [group.trainable_bytes for group in weights if group.trainable]
    known = [size for size in sizes if size is not None]
    return Slots(name, each, each * sum(known) if len(known) == len(sizes) else None)
