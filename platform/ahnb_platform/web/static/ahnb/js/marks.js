// Marks on curves: notes that are anchored to a step, and the best point of what decides.
import { colours } from "./chart.js";
import { between } from "./timeline.js";

const LETTER_PIXELS = 6.5;

/**
 * Lines at the steps of notes. `batches` is the series that says when which step was; the words
 * that run along a line have `room` pixels.
 */
export function noteMarks({ notes, hasSteps }, unit, toEpoch, batches, room) {
  const longest = Math.floor(room / LETTER_PIXELS) - 4;
  const colour = colours();
  const place = ({ step }) => {
    if (unit === "step") return step;
    if (unit !== "epoch") return null;
    if (toEpoch && batches) return toEpoch(step, between(batches.x, batches.t, step));
    // Where batches are counted, a step is no epoch.
    return hasSteps ? null : step;
  };
  const data = notes.map((note) => ({ xAxis: place(note), name: note.text })).filter(({ xAxis }) => xAxis !== null);
  const label = { formatter: ({ name }) => `nb: ${name.length > longest ? `${name.slice(0, longest)}…` : name}`, position: "insideEndTop", color: colour.text, fontSize: 11 };
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
