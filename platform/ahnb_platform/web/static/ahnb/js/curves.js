// One chart of a run: train and validation together, batches behind them.
import { axis, base, chartIn, colours, lineColours, load, note, redraw, short, tooltip, writer } from "./chart.js";
import { exportable } from "./exporting.js";
import { bestMark, noteMarks } from "./marks.js";
import { epochClock, smoothed, stepsWithin } from "./timeline.js";

const POINTS = 1500;

/** Draws `group` in `element`. `tools` holds smoothing, log and the stretch that is looked at. */
export function curvesIn(element, group, number, tools) {
  let found = null;
  let whole = null;
  const unit = unitOf(group);
  const chart = chartIn(element, () => found && chart.setOption(option(), true));
  const mixed = unit === "epoch" && group.series.some((series) => series.unit === "step");
  chart.group = unit;
  exportable(chart, element, () => pointsOf(group, found));

  const clock = () => {
    const ofUnit = (wanted) => group.series.filter((series) => series.unit === wanted).map((series) => whole?.[series.name]).find((series) => series?.t?.length);
    return mixed ? epochClock(ofUnit("epoch"), ofUnit("step"), tools.stepsPerEpoch) : null;
  };

  async function fetchAll() {
    const asked = tools.range[unit];
    const answers = await Promise.all(["epoch", "step", "time"].map((kind) => fetchUnit(kind, asked)));
    if (answers.includes(null) || asked !== tools.range[unit]) return;
    found = Object.assign({}, ...answers);
    if (!asked) whole = found;
    redraw(chart);
    tell();
  }

  async function fetchUnit(kind, asked) {
    const names = group.series.filter((series) => series.unit === kind).map((series) => series.name);
    if (!names.length) return {};
    const parameters = new URLSearchParams({ points: POINTS, time: "1" });
    names.forEach((name) => parameters.append("metric", name));
    if (asked) {
      const [from, to] = limits(kind, asked, names);
      parameters.set("from", from);
      parameters.set("to", to);
    }
    return (await load(`${tools.address}?${parameters}`))?.metrics ?? null;
  }

  function limits(kind, [low, high], names) {
    if (kind === "time") return [low / 1000, high / 1000];
    const series = whole?.[names[0]];
    if (kind === "step" && mixed && clock() && series?.t?.length) return stepsWithin(series, clock(), [low, high]);
    return [Math.max(Math.floor(low), 0), Math.max(Math.ceil(high), 0)];
  }

  function tell() {
    const all = Object.values(found);
    const total = all.reduce((sum, series) => sum + series.total, 0);
    const shown = all.reduce((sum, series) => sum + series.x.length, 0);
    const odd = all.reduce((sum, series) => sum + series.nonfinite_total, 0);
    note(number, `${short(total)} points${shown < total ? `, ${short(shown)} shown, extremes exact` : ""}${odd ? `, ${short(odd)} not finite` : ""}`);
  }

  function option() {
    const colour = colours();
    const toEpoch = clock();
    const hasAxis = mixed && !toEpoch ? "step" : unit;
    const place = (series) => {
      if (series.unit === "time") return (x) => x * 1000;
      return series.unit === "step" && toEpoch ? (step, index) => toEpoch(step, found[series.name].t[index]) : (x) => x;
    };
    const parts = group.series.filter((series) => found[series.name]?.x.length || found[series.name]?.nonfinite.length);
    const range = tools.range[unit];
    const values = parts.flatMap((series) => found[series.name].min).filter((value) => value !== null);
    const log = tools.log && values.every((value) => value > 0);
    return {
      toolbox: { show: false },
      ...base(`${group.title} over ${hasAxis}: ${parts.map((series) => series.name).join(", ")}`),
      grid: { left: 12, right: 84, top: 14, bottom: 32, containLabel: true },
      tooltip: tooltip((items) => tip(items, hasAxis, writer(group.title)), { trigger: "axis", axisPointer: { type: "line", lineStyle: { color: colour.muted } } }),
      xAxis: xAxis(hasAxis, range),
      yAxis: axis(log ? "log" : "value", { axisLabel: { color: colour.muted, hideOverlap: true, formatter: writer(group.title) } }),
      brush: { toolbox: [], xAxisIndex: 0, brushStyle: { color: "rgba(120,130,145,0.2)", borderColor: colour.muted } },
      series: withNotes(parts.flatMap((series, index) => lines(series, index, place(series))), hasAxis, toEpoch),
    };
  }

  /** The notes hang on the first line; they say `nb` and how they begin. */
  function withNotes([first, ...others], hasAxis, toEpoch) {
    const batches = group.series.filter((series) => series.unit === "step").map((series) => whole?.[series.name]).find((series) => series?.t?.length);
    const markLine = noteMarks(tools, hasAxis, toEpoch, batches, element.clientHeight - 70);
    return first ? [{ ...first, markLine }, ...others] : [];
  }

  function lines(series, index, place) {
    const data = found[series.name];
    const [train, validation, ...others] = lineColours();
    const colour = { train, validation, batch: train }[series.role] || others[index % others.length];
    const behind = series.role === "batch" && group.series.length > 1;
    const raw = { ...data, x: data.x.map(place) };
    const line = { type: "line", name: series.name, symbol: "circle", symbolSize: 4, showSymbol: data.x.length < 60 && !behind, progressive: 0, itemStyle: { color: colour }, lineStyle: { color: colour, width: behind ? 1 : 2, opacity: behind ? 0.35 : 1 }, z: behind ? 1 : 3, emphasis: { disabled: true } };
    const end = { show: !behind, formatter: () => series.name, color: colour, fontSize: 11, distance: 6, width: 76, overflow: "truncate" };
    const apart = { labelLayout: { moveOverlap: "shiftY" } };
    const best = series.best && !tools.range[unit] ? { markPoint: bestMark(raw, series.best, colour) } : {};
    const smooth = tools.smoothing > 0 && !behind;
    const drawn = [{ ...line, data: extremes(raw), ...(smooth ? { lineStyle: { ...line.lineStyle, width: 1, opacity: 0.3 }, showSymbol: false } : { endLabel: end, ...apart, ...best }) }];
    if (smooth) {
      const middle = data.min.map((low, at) => (low === null ? null : (low + data.max[at]) / 2));
      drawn.push({ ...line, name: `${series.name}, smoothed`, data: smoothed(middle, tools.smoothing).map((value, at) => [raw.x[at], value]), endLabel: end, ...apart, ...best, z: 4 });
    }
    if (data.nonfinite.length) drawn.push(oddities(series, data, colour));
    return drawn;
  }

  function oddities(series, data, colour) {
    const floor = Math.min(...data.min.filter((value) => value !== null));
    const points = data.nonfinite.map(([step, word]) => ({ value: [series.unit === "time" ? step * 1000 : step, Number.isFinite(floor) ? floor : 1], word }));
    return { type: "scatter", name: `${series.name} is not finite`, symbol: "triangle", symbolSize: 11, data: points, itemStyle: { color: "#d1242f", borderColor: colour }, z: 6 };
  }

  chart.on("brushEnd", (event) => {
    const stretch = event.areas[0]?.coordRange;
    if (!stretch) return;
    chart.dispatchAction({ type: "brush", areas: [] });
    if (stretch[1] > stretch[0]) tools.zoom(unit, stretch);
  });

  function draw() {
    redraw(chart);
    letZoom();
  }
  const letZoom = () => chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: "lineX", brushMode: "single" } });
  return { unit, chart, draw, fetchAll: () => fetchAll().then(letZoom) };
}

/** A curve through the true minimum and maximum of every bucket, so that no peak is lost. */
function extremes({ x, min, max }) {
  return x.flatMap((step, place) => (min[place] === max[place] || min[place] === null ? [[step, min[place]]] : [[step, min[place]], [step, max[place]]]));
}

/** What is drawn, in numbers: of each bucket its first step, its time and its true extremes. */
function pointsOf(group, found) {
  const rows = group.series.flatMap(({ name }) => {
    const series = found?.[name];
    if (!series) return [];
    const points = series.x.map((x, at) => [name, x, series.t?.[at] ? new Date(series.t[at] * 1000).toISOString() : null, series.min[at], series.max[at]]);
    return [...points, ...series.nonfinite.map(([x, word]) => [name, x, null, word, word])];
  });
  return { head: ["metric", "step, epoch or seconds", "time", "lowest", "highest"], rows };
}

function unitOf(group) {
  const units = new Set(group.series.map((series) => series.unit));
  return ["epoch", "step", "time"].find((unit) => units.has(unit));
}

/** A value of an epoch stands where the epoch ended; what lies between two ends belongs to the later one. */
function xAxis(unit, range) {
  const common = { nameLocation: "middle", nameGap: 20, splitLine: { show: false }, min: range ? range[0] : "dataMin", max: range ? range[1] : "dataMax" };
  if (unit === "time") return axis("time", range ? common : { ...common, min: ({ min, max }) => min - instant(min, max), max: ({ min, max }) => max + instant(min, max) });
  const isEpoch = unit === "epoch";
  const value = axis("value", { ...common, name: isEpoch ? "end of epoch" : unit, ...(isEpoch && !range ? { minInterval: 1 } : {}) });
  if (isEpoch) value.axisLabel.formatter = (epoch) => (epoch < 0 ? "start" : short(epoch));
  return value;
}

/** What a single moment is widened by on each side, lest it stand in the middle of a day. */
const instant = (min, max) => (min === max ? 30_000 : 0);

function placeInWords(x, unit) {
  if (unit === "time") return new Date(x).toLocaleString();
  if (unit !== "epoch") return `${unit} ${short(x)}`;
  return `${Number.isInteger(x) ? "end of" : "during"} epoch ${short(Math.max(Math.ceil(x), 0))}`;
}

function tip(items, unit, write) {
  if (!items.length) return null;
  const title = placeInWords(items[0].value[0], unit);
  const seen = new Map();
  for (const item of items) {
    const value = item.data.word || write(item.value[1]);
    const known = seen.get(item.seriesName);
    seen.set(item.seriesName, known && known[2] !== value ? [item.color, item.seriesName, `${known[2]} to ${value}`] : [item.color, item.seriesName, value]);
  }
  return { title, rows: [...seen.values()].slice(0, 12) };
}
