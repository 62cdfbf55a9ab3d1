// What was brushed: kept in the address as `brush=KEY:LOW..HIGH` or `brush=KEY:"a","b"`, which the
// server understands too, so that the same address shows the same runs without this script.

const STRETCH = /^(.+?):(-?[\d.e+-]+)\.\.(-?[\d.e+-]+)$/i;
const CHOICE = /^(.+?):("(?:[^"\\]|\\.)*"(?:,"(?:[^"\\]|\\.)*")*)$/;

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

/** For each run whether it lies in all brushes; a run without the value lies in none. */
export function selection(columns, brushes, count) {
  const chosen = new Array(count).fill(true);
  for (const column of columns) {
    const brush = brushes.get(column.key);
    if (!brush) continue;
    column.values.forEach((value, index) => {
      const shown = column.type === "number" ? value : column.categories[value];
      const inside = brush.values ? brush.values.includes(shown) : value !== null && value >= brush.low && value <= brush.high;
      if (!inside) chosen[index] = false;
    });
  }
  return chosen;
}

/** This page's address with other brushes, from the first page of the table on. */
export function addressWith(brushes) {
  const parameters = new URLSearchParams(location.search);
  parameters.delete("brush");
  parameters.delete("cursor");
  for (const brush of brushes.values()) parameters.append("brush", brush.text);
  return parameters.size ? `${location.pathname}?${parameters}` : location.pathname;
}
