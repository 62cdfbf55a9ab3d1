// Marks on curves: notes and findings at their steps, and the best point of what decides.
import { colours } from "./chart.js";
import { between } from "./timeline.js";
import { placer } from "./xkinds.js";

const LETTER_PIXELS = 6.5;
const LINE_PIXELS = 22;
// More words than these would run into each other.
const MOST_LABELS = 4;

/** Where a step lies on an axis of `kind`; null where that is not known. */
export function placeOfStep(step, kind, clocks) {
  const { epochs, batches } = clocks;
  const counted = batches?.x.length ? batches : epochs;
  // Where batches are counted, a step is no epoch.
  if (kind === "step" || (kind === "epoch" && counted === epochs)) return step;
  if (!counted?.t?.length) return null;
  const seconds = between(counted.x, counted.t, step);
  if (kind === "epoch") return clocks.epochOfStep?.(step, seconds) ?? null;
  return placer("time", kind, clocks)(seconds, seconds);
}

/** Where an epoch lies on an axis of `kind`; null where that is not known. */
export function placeOfEpoch(epoch, kind, clocks) {
  if (kind === "epoch") return epoch;
  const times = clocks.epochs;
  if (!times?.t?.length) return null;
  return placer("epoch", kind, clocks)?.(epoch, between(times.x, times.t, epoch)) ?? null;
}

/** Lines at `marks`, [{x, text}]; words run along a few of them and have `room` pixels. */
export function markLines(marks, [low, high], width, room) {
  const longest = Math.floor(room / LETTER_PIXELS) - 4;
  const colour = colours();
  const apart = ((high - low) / width) * LINE_PIXELS || 0;
  const data = [];
  for (const { x, text, kind } of [...marks].sort((a, b) => a.x - b.x)) {
    if (data.length && x - data[data.length - 1].xAxis < apart) continue;
    // Left of the first line the words would lie on the numbers of the axis.
    const label = x - low < apart ? { position: "insideEndBottom" } : {};
    data.push({ xAxis: x, name: kind === "note" ? `nb: ${text}` : text, label });
  }
  const label = { show: data.length <= MOST_LABELS, formatter: ({ name }) => (name.length > longest ? `${name.slice(0, longest)}…` : name), position: "insideEndTop", color: colour.text, fontSize: 11 };
  return { symbol: "none", silent: true, animation: false, data, label, lineStyle: { color: colour.muted, type: "dashed", width: 1 } };
}

/** A ring around the best point, the first of equal ones. `end` is "min" or "max". */
export function bestMark(data, end, lineColour) {
  const values = data[end];
  let at = -1;
  values.forEach((value, place) => {
    if (value === null) return;
    if (at < 0 || (end === "min" ? value < values[at] : value > values[at])) at = place;
  });
  if (at < 0) return { data: [] };
  const label = { formatter: "best", position: end === "min" ? "bottom" : "top", color: colours().text, fontSize: 11, distance: 4 };
  return { symbol: "circle", symbolSize: 11, silent: true, animation: false, label, itemStyle: { color: "transparent", borderColor: lineColour, borderWidth: 2 }, data: [{ coord: [data.x[at], values[at]] }] };
}
