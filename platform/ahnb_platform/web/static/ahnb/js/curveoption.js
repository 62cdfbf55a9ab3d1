// How one chart of a run is drawn: its lines, what of them is smoothed, marked or not finite.
import { axis, base, colours, lineColours, writer } from "./chart.js";
import { bestMark, markLines, placeOfEpoch, placeOfStep } from "./marks.js";
import { smoothed } from "./timeline.js";
import { placeInWords, placesOf, xAxis } from "./xkinds.js";

const ODD_COLOUR = "#d1242f";
const SHADE = "rgba(120,130,145,0.2)";

/**
 * What is drawn of a chart. `state` holds group, found, older (answers of other attempts by their
 * number), kind, clocks, range, width and height; `tools` smoothing, log and marks.
 *
 * Returns {option, curves, marks, isLog}: `curves` for the crosshair, `marks` for their bar.
 */
export function drawingOf(state, tools) {
  const { group, found, kind, range } = state;
  const parts = group.series.filter(({ name }) => found[name]?.x.length || found[name]?.nonfinite.length);
  const placed = parts.map((series) => placedOf(series, found[series.name], state));
  const paints = paintsOf(group);
  const isLog = tools.log && placed.every(({ min }) => min.every((value) => value === null || value > 0));
  const marks = marksOf(tools, state);
  const extent = range ?? extentOf(placed);
  const scale = scaleOf(placed);
  const lines = placed.flatMap((data) => linesOf(scaled(data, scale), paints, state, tools));
  if (lines.length) lines[0].markLine = markLines(marks, extent, state.width, state.height - 70);
  const colour = colours();
  const write = writer(group.title);
  const option = {
    toolbox: { show: false },
    ...base(`${group.title} over ${kind === "wall" ? "time" : kind}: ${parts.map((series) => series.name).join(", ")}`),
    grid: { left: 12, right: 84, top: 26, bottom: 32, containLabel: true },
    xAxis: xAxis(kind, range),
    yAxis: axis(isLog ? "log" : "value", { axisLabel: { color: colour.muted, hideOverlap: true, formatter: (value) => write(value / scale) } }),
    brush: { toolbox: [], xAxisIndex: 0, brushStyle: { color: SHADE, borderColor: colour.muted } },
    series: [...olderLines(state, paints, isLog, scale), ...lines],
  };
  return { option, isLog, write, curves: curvesOf(placed, paints, tools), marks: [...marks, ...oddMarks(placed, kind)] };
}

function placedOf(series, data, { kind, clocks }) {
  const { x, odd } = placesOf(data, series.unit, kind, clocks);
  return { ...series, min: data.min, max: data.max, exact: data.exact, nonfinite: data.nonfinite, x, odd };
}

/** A power of ten that brings values near the ends of what floats hold to where axes can be drawn. */
function scaleOf(placed) {
  let largest = 0;
  for (const { min, max } of placed) for (const values of [min, max]) for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value);
  return largest > 1e300 || (largest > 0 && largest < 1e-12) ? 10 ** -Math.max(Math.floor(Math.log10(largest)), -307) : 1;
}

function scaled(data, scale) {
  const times = (values) => values.map((value) => (value === null ? null : value * scale));
  return scale === 1 ? data : { ...data, min: times(data.min), max: times(data.max) };
}

/** A colour for each series: train and validation the same everywhere, each only once. */
function paintsOf({ series }) {
  const [train, validation, ...others] = lineColours();
  const taken = new Set();
  const paints = new Map();
  let next = 0;
  for (const { name, role } of series) {
    const wanted = { train, validation }[role];
    const free = wanted && !taken.has(wanted);
    paints.set(name, role === "batch" ? train : free ? wanted : others[next++ % others.length]);
    taken.add(paints.get(name));
  }
  return paints;
}

const extentOf = (placed) => [Math.min(...placed.map(({ x }) => x[0] ?? Infinity)), Math.max(...placed.map(({ x }) => x[x.length - 1] ?? -Infinity))];

const isBehind = ({ role }, group) => role === "batch" && group.series.length > 1;
const middleOf = ({ min, max }) => min.map((low, at) => (low === null ? null : low / 2 + max[at] / 2));

function linesOf(data, paints, { group, range }, tools) {
  const paint = paints.get(data.name);
  const behind = isBehind(data, group);
  const smooth = tools.smoothing > 0 && !behind;
  const symbols = { symbol: "circle", symbolSize: data.x.length > 1 ? 4 : 7, showSymbol: data.x.length < 60 && !behind && !smooth };
  const line = { type: "line", name: data.name, ...symbols, progressive: 0, itemStyle: { color: paint }, lineStyle: { color: paint, width: behind || smooth ? 1 : 2, opacity: behind || smooth ? 0.32 : 1 }, z: behind ? 1 : 3, emphasis: { disabled: true } };
  const front = {
    endLabel: { show: !behind, formatter: () => data.name, color: paint, fontSize: 11, distance: 6, width: 76, overflow: "truncate" },
    labelLayout: { moveOverlap: "shiftY" },
    ...(data.best && !range ? { markPoint: bestMark(data, data.best, paint) } : {}),
  };
  const drawn = [{ ...line, data: extremes(data), ...(smooth ? {} : front) }];
  if (smooth) {
    const values = smoothed(middleOf(data), tools.smoothing);
    drawn.push({ ...line, ...front, name: `${data.name}, smoothed`, lineStyle: { color: paint, width: 2 }, data: values.map((value, at) => [data.x[at], value]), z: 4 });
  }
  if (data.nonfinite.length) drawn.push(oddities(data, paint));
  return drawn;
}

/** A curve through the true minimum and maximum of every bucket, so that no peak is lost. */
function extremes({ x, min, max }) {
  return x.flatMap((place, at) => (min[at] === max[at] || min[at] === null ? [[place, min[at]]] : [[place, min[at]], [place, max[at]]]));
}

function oddities({ name, min, nonfinite, odd }, paint) {
  const floor = min.reduce((low, value) => (value !== null && value < low ? value : low), Infinity);
  const data = nonfinite.map(([, word], at) => ({ value: [odd[at], Number.isFinite(floor) ? floor : 1], word }));
  return { type: "scatter", name: `${name} is not finite`, symbol: "triangle", symbolSize: 11, data, itemStyle: { color: ODD_COLOUR, borderColor: paint }, z: 6 };
}

/** The other attempts, pale and dashed behind the one that is looked at. */
function olderLines({ group, older, kind, clocks }, paints, isLog, scale) {
  return [...(older ?? [])].flatMap(([attempt, found]) =>
    group.series
      .filter((series) => !isBehind(series, group) && found[series.name]?.x.length)
      .map((series) => {
        const data = scaled(placedOf(series, found[series.name], { kind, clocks }), scale);
        const points = extremes(data).filter(([, value]) => !isLog || value === null || value > 0);
        return { type: "line", name: `${series.name}, attempt ${attempt}`, data: points, showSymbol: points.length < 2, silent: true, progressive: 0, z: 2, itemStyle: { color: paints.get(series.name), opacity: 0.5 }, lineStyle: { color: paints.get(series.name), width: 1.5, opacity: 0.45, type: [5, 3] }, emphasis: { disabled: true } };
      }),
  );
}

/** What the crosshair reads. */
function curvesOf(placed, paints, tools) {
  return placed.flatMap((data) => {
    const { name, x, min, max, exact, nonfinite, odd } = data;
    const raw = { name, colour: paints.get(name), x, low: min, high: max, exact, odd: new Map(nonfinite.map(([, word], at) => [odd[at], word])) };
    if (!tools.smoothing || data.role === "batch") return [raw];
    const values = smoothed(middleOf(data), tools.smoothing);
    return [raw, { ...raw, name: `${name}, smoothed`, low: values, high: values }];
  });
}

function marksOf({ notes, findings }, { group, kind, clocks }) {
  const at = (word) => (mark) => {
    const isEpoch = Number.isInteger(mark.epoch);
    const x = isEpoch ? placeOfEpoch(mark.epoch, kind, clocks) : placeOfStep(mark.step, kind, clocks);
    return { ...mark, kind: word, x, title: `${word === "note" ? "Note" : "Finding"} at ${isEpoch ? "epoch" : "step"} ${(isEpoch ? mark.epoch : mark.step).toLocaleString("en")}` };
  };
  const found = findings.filter((finding) => isOf(finding, group));
  return [...notes.map(at("note")), ...found.map(at("finding"))].filter(({ x }) => x !== null);
}

/** Whether a finding is about what a chart draws; one without a metric is told where the loss is. */
function isOf({ metric }, { series }) {
  const wanted = metric || "loss";
  return series.some(({ name }) => name === wanted || name === `batch/${wanted}`);
}

/** A mark for what is not finite; points of one kind with nothing finite between them are one. */
function oddMarks(placed, kind) {
  return placed.flatMap(({ name, x, min, nonfinite, odd }) => {
    const finite = x.filter((_, at) => min[at] !== null);
    const stretches = [];
    nonfinite.forEach(([, word], at) => {
      const last = stretches[stretches.length - 1];
      if (last?.word === word && !hasBetween(finite, last.to, odd[at])) Object.assign(last, { to: odd[at], count: last.count + 1 });
      else stretches.push({ word, from: odd[at], to: odd[at], count: 1 });
    });
    return stretches.map(({ word, from, to, count }) => {
      const text = count === 1 ? placeInWords(from, kind) : `${count.toLocaleString("en")} points from ${placeInWords(from, kind)} to ${placeInWords(to, kind)}`;
      return { kind: "odd", count, x: from, title: `${name} is ${word}`, text };
    });
  });
}

/** Whether a rising list has a value between two others. */
function hasBetween(rising, low, high) {
  let [start, stop] = [0, rising.length];
  while (start < stop) {
    const middle = (start + stop) >> 1;
    if (rising[middle] > low) stop = middle;
    else start = middle + 1;
  }
  return start < rising.length && rising[start] < high;
}
