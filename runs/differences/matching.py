"""Which layers of two models belong together."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from .align import Pairs, aligned, stretches
from .trees import Node


class Match:
    """Finds the layers of two models that belong together, level by level."""

    def __init__(self) -> None:
        self.pairs: Pairs = []
        # Places in the first model: of those that were moved, and of all that is inside of them.
        self.moved: set[int] = set()
        self.carried: set[int] = set()
        self._removed: list[Node] = []
        self._added: list[Node] = []

    def siblings(self, one: Sequence[Node], other: Sequence[Node]) -> None:
        """Match the layers that lie in the same one."""
        alike = aligned(
            [node.whole for node in one],
            [node.whole for node in other],
            ([node.name for node in one], [node.name for node in other]),
        )
        for first, second in alike:
            self._pair(one[first], other[second])
        gaps = list(_gaps(alike, one, other))
        moved = self._moves(
            [node for gap, _ in gaps for node in gap], [node for _, gap in gaps for node in gap]
        )
        for ours, theirs in gaps:
            self._same_class(
                [node for node in ours if id(node) not in moved],
                [node for node in theirs if id(node) not in moved],
            )

    def turn(self) -> None:
        """Make of what leads from one to the other what leads back."""
        after_of = dict(self.pairs)
        self.pairs = [(after, before) for before, after in self.pairs]
        self.moved = {after_of[place] for place in self.moved}
        self.carried = {after_of[place] for place in self.carried}

    def moves_between_levels(self) -> None:
        """What was removed in one place and added in another is moved."""
        removed = [node for root in self._removed for node in root.walk()]
        added = [node for root in self._added for node in root.walk()]
        self._moves(removed, added)

    def _moves(self, removed: Sequence[Node], added: Sequence[Node]) -> set[int]:
        """Pair those that are alike; one of the same name is preferred. Gives their identities.

        Once a part of a layer was paired with another's, what holds it is no longer free.
        """
        taken: set[int] = set()
        for key in (lambda node: (node.whole, node.name), lambda node: (node.whole, "")):
            waiting: dict[tuple[str, str], deque[Node]] = {}
            for node in added:
                waiting.setdefault(key(node), deque()).append(node)
            for node in removed:
                queue = waiting.get(key(node), deque())
                while queue and not queue[0].is_free(taken):
                    queue.popleft()
                if queue and node.is_free(taken):
                    taken |= self._moved(node, queue.popleft())
        return taken

    def _moved(self, one: Node, other: Node) -> set[int]:
        self.moved.add(one.place)
        self._pair(one, other)
        self.carried |= {node.place for node in one.walk()}
        return {id(node) for root in (one, other) for node in root.walk()}

    def _pair(self, one: Node, other: Node) -> None:
        """Two that are alike, and so is all inside of them."""
        both = zip(one.walk(), other.walk(), strict=True)
        self.pairs += [(first.place, second.place) for first, second in both]

    def _same_class(self, one: Sequence[Node], other: Sequence[Node]) -> None:
        classes = aligned(
            [node.kind for node in one],
            [node.kind for node in other],
            ([node.name for node in one], [node.name for node in other]),
        )
        for first, second in classes:
            self._changed(one[first], other[second])
        for ours, theirs in _gaps(classes, one, other):
            if len(ours) == len(theirs) == 1:  # one took the place of the other
                self._changed(ours[0], theirs[0])
            else:
                self._removed += ours
                self._added += theirs

    def _changed(self, one: Node, other: Node) -> None:
        self.pairs.append((one.place, other.place))
        if one.children or other.children:
            self.siblings(one.children, other.children)


def _gaps(
    pairs: Pairs, one: Sequence[Node], other: Sequence[Node]
) -> Iterator[tuple[list[Node], list[Node]]]:
    """The stretches between the pairs in which not both are empty."""
    for ours, theirs, _ in stretches(pairs, len(one), len(other)):
        if ours or theirs:
            yield [one[at] for at in ours], [other[at] for at in theirs]
