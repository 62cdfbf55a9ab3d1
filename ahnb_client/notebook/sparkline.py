"""Small curves as SVG: training and validation on one scale, for light and dark pages."""

import math
from collections.abc import Iterator, Sequence

WIDTH, HEIGHT, MARGIN = 160, 36, 2
# Told apart also by people who see few colours, and by the dashes; 4:1 on white and on black.
STROKES = (("#3a7fc1", ""), ("#c26a12", "5 2"))

Points = Sequence[tuple[int, float]]


def sparkline(curves: Sequence[Points]) -> str:
    """Return up to two curves as an SVG element; a gap stands for what is not finite."""
    finite = [point for curve in curves for point in curve if math.isfinite(point[1])]
    if not finite:
        return ""
    steps, values = zip(*finite, strict=True)
    left, right, low, high = min(steps), max(steps), min(values), max(values)

    def place(point: tuple[int, float]) -> str:
        x = MARGIN + (WIDTH - 2 * MARGIN) * _share(point[0], left, right)
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * _share(point[1], low, high)
        return f"{x:.1f},{y:.1f}"

    lines = [
        f'<polyline points="{" ".join(map(place, piece))}" fill="none" stroke="{colour}"'
        f' stroke-width="1.5" stroke-linecap="round" stroke-dasharray="{dashes}"/>'
        for curve, (colour, dashes) in zip(curves, STROKES, strict=False)
        for piece in _pieces(curve)
    ]
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' aria-hidden="true">{"".join(lines)}</svg>'
    )


def _share(value: float, low: float, high: float) -> float:
    """Where `value` lies between `low` and `high`, also where their distance overflows."""
    if high <= low:
        return 0.5
    return (value / 2 - low / 2) / (high / 2 - low / 2) if high / 2 > low / 2 else 0.5


def _pieces(curve: Points) -> Iterator[list[tuple[int, float]]]:
    piece: list[tuple[int, float]] = []
    for point in curve:
        if math.isfinite(point[1]):
            piece.append(point)
        elif piece:
            yield _visible(piece)
            piece = []
    if piece:
        yield _visible(piece)


def _visible(piece: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """A single point is drawn as a dot: a line of no length with round ends."""
    return piece if len(piece) > 1 else piece * 2
