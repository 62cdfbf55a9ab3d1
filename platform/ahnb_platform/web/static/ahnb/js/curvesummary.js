// The curves of a drawing in a few numbers each, to read instead of it.
import { curveTable } from "./manycurves.js";

/** One row for each drawn run; groups keep the row of each step. */
export function curveSummary(answer, numbered) {
  if (answer.bands) return curveTable(answer, numbered);
  const { curves, axes, metric } = answer;
  const rows = curves.map((curve) => [
    { text: `#${curve.number} ${curve.name}`, href: numbered(curve.number) },
    curve.last?.[1] ?? null,
    ...extreme(curve.min, axes[curve.axis], (value, known) => value < known),
    ...extreme(curve.max || curve.min, axes[curve.axis], (value, known) => value > known),
    curve.total,
    curve.odd_total,
  ]);
  return { head: ["run", `last ${metric}`, "lowest", "lowest at x", "highest", "highest at x", "points", "not finite"], rows };
}

/** The first value that no other surpasses, and its x; nulls where no value is finite. */
function extreme(values, x, surpasses) {
  let found = -1;
  values.forEach((value, at) => {
    if (value !== null && (found < 0 || surpasses(value, values[found]))) found = at;
  });
  return found < 0 ? [null, null] : [values[found], x[found]];
}
