// What was brushed and picked: kept in the address as `brush=KEY:LOW..HIGH`, `brush=KEY:"a","b"` and
// `pick=3,7-9` (numbers of runs), which the server understands too, so that the same address shows
// the same runs without this script.

const STRETCH = /^(.+?):(-?[\d.e+-]+)\.\.(-?[\d.e+-]+)$/i;
const CHOICE = /^(.+?):("(?:[^"\\]|\\.)*"(?:,"(?:[^"\\]|\\.)*")*)$/;
const MOST_PICKED = 500;

/** The brushes of this page's address, by the key of their axis. */
export function readBrushes() {
  const found = new Map();
  for (const text of new URLSearchParams(location.search).getAll("brush")) {
    const stretch = STRETCH.exec(text);
    const choice = CHOICE.exec(text);
    if (stretch) found.set(stretch[1], { text, low: Number(stretch[2]), high: Number(stretch[3]) });
    else if (choice) found.set(choice[1], { text, values: JSON.parse(`[${choice[2]}]`) });
  }
  return found;
}

/** All brushes as the address writes them, to tell whether they are the same. */
export const textsOf = (brushes) => [...brushes.values()].map((brush) => brush.text).join();

/** Puts each brush on its column's axis, null takes that axis's away; whether this changed any. */
export function takeBrushes(brushes, pairs) {
  const before = textsOf(brushes);
  for (const [column, brush] of pairs) {
    if (brush) brushes.set(column.key, brush);
    else brushes.delete(column.key);
  }
  return textsOf(brushes) !== before;
}

/** Whether a run's number is picked; null where none is, so that all are. */
export function readPick() {
  const parts = [...(new URLSearchParams(location.search).get("pick") || "").matchAll(/(\d+)(?:-(\d+))?/g)];
  if (!parts.length) return null;
  const ranges = parts.map(([, low, high]) => [Number(low), Number(high || low)]);
  return (number) => ranges.some(([low, high]) => number >= low && number <= high);
}

/** Numbers in any order as the address writes them, `3,7-9`; null where that has too many parts. */
export function pickOf(numbers) {
  const ranges = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.length > MOST_PICKED ? null : ranges.map(([low, high]) => (low < high ? `${low}-${high}` : `${low}`)).join(",");
}

/** A brush over the stretch `low` to `high` of a column, as the axis counts; null for none. */
export function brushOf(column, low, high) {
  if (low > high) [low, high] = [high, low];
  if (column.type === "number") {
    const [from, to] = column.time ? [Math.floor(low / 1000), Math.ceil(high / 1000)] : [low, high].map((end) => Number(end.toPrecision(6)));
    return { text: `${column.key}:${from}..${to}`, low: from, high: to };
  }
  const values = column.categories.slice(Math.max(0, Math.ceil(low)), Math.floor(high) + 1);
  if (!values.length) return null;
  return { text: `${column.key}:${values.map((value) => JSON.stringify(value)).join(",")}`, values };
}

/** The stretch of a column's axis that a brush covers; null where the brush does not fit it. */
export function stretchOf(column, brush) {
  if (!brush) return null;
  if (column.type === "number") {
    const scale = column.time ? 1000 : 1;
    return brush.values ? null : [brush.low * scale, brush.high * scale];
  }
  const places = (brush.values || []).map((value) => column.categories.indexOf(value)).filter((place) => place >= 0);
  return places.length ? [Math.min(...places), Math.max(...places)] : null;
}

/**
 * For each run whether it is picked and lies in all brushes; without the value it lies in none.
 * Brushes on the axes in `without` do not count.
 */
export function selection({ columns, runs }, brushes, isPicked, without = new Set()) {
  const chosen = runs.number.map((number) => !isPicked || isPicked(number));
  for (const column of columns) {
    const brush = brushes.get(column.key);
    if (!brush || without.has(column.key)) continue;
    column.values.forEach((value, index) => {
      const shown = column.type === "number" ? value : column.categories[value];
      const inside = brush.values ? brush.values.includes(shown) : value !== null && value >= brush.low && value <= brush.high;
      if (!inside) chosen[index] = false;
    });
  }
  return chosen;
}

/** This page's address with other brushes or picked runs, from the first page of the table on. */
export function addressWith(brushes, pick) {
  const parameters = new URLSearchParams(location.search);
  for (const name of ["brush", "cursor", ...(pick === undefined ? [] : ["pick"])]) parameters.delete(name);
  for (const brush of brushes.values()) parameters.append("brush", brush.text);
  if (pick) parameters.set("pick", pick);
  return parameters.size ? `${location.pathname}?${parameters}` : location.pathname;
}
