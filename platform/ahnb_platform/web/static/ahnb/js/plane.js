// Geometry of a scatterplot.

/** Whether a point lies in a polygon (even-odd rule, https://www.w3.org/TR/SVG2/painting.html#FillRuleProperty). */
export function isInside([x, y], polygon) {
  let inside = false;
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at, at += 1) {
    const [x1, y1] = polygon[at];
    const [x2, y2] = polygon[before];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

/** The points that no other beats in both directions, along x; none where a column has no better end. */
export function frontOf(points, [x, y]) {
  if (!x.direction || !y.direction) return [];
  const cost = (column, value) => (column.direction === "min" ? value : -value);
  const sorted = points.map(({ value }) => value).sort((a, b) => cost(x, a[0]) - cost(x, b[0]) || cost(y, a[1]) - cost(y, b[1]));
  let best = Infinity;
  const front = sorted.filter((value) => {
    const isBetter = cost(y, value[1]) < best;
    if (isBetter) best = cost(y, value[1]);
    return isBetter;
  });
  return front.sort((a, b) => a[0] - b[0]);
}
