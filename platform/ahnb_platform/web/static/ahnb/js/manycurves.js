// Curves of many runs in one drawing: single ones by rank, or means with their range by group.
import { axis, base, categoryColours, colours, fitting, GROUND, near, rankColour, short, tooltip } from "./chart.js";
import { smoothed } from "./timeline.js";

const ODD_COLOUR = "#d1242f";
// Beyond so many curves, hairlines: they are told apart better, and drawn several times as fast.
const FEW = 30;

/** What is drawn: `answer` of the server, `asked` the settings of the address, `ranks` by number. */
export function curveOption(answer, asked, ranks, range) {
  const { metric, curves, unit } = answer;
  const largest = Math.max(...endsOf(answer).map(Math.abs), 0);
  const isTime = unit === "wall";
  const log = logOf(answer, asked);
  const scaled = (x) => (isTime ? x * 1000 : x);
  const bands = answer.bands ? bandSeries(answer, asked) : [];
  const lines = answer.bands ? [] : [...curves].reverse().flatMap((curve) => lineOf(curve, answer, asked, ranks, scaled));
  const ends = range ? { min: scaled(range[0]), max: scaled(range[1]) } : { min: "dataMin", max: "dataMax" };
  return {
    toolbox: { show: false },
    ...base(`Curves of ${metric} for ${curves.length} runs`),
    grid: { left: 12, right: answer.bands ? 110 : 24, top: 34, bottom: 34, containLabel: true },
    tooltip: tooltip((item) => tip(item, answer), { trigger: "item" }),
    xAxis: axis(isTime ? "time" : "value", { name: wordOf(unit), nameLocation: "middle", nameGap: 26, splitLine: { show: false }, ...(unit === "epoch" || unit === "step" ? { minInterval: 1 } : {}), ...(curves.length ? ends : {}) }),
    yAxis: axis(log ? "log" : "value", { name: fitting(metric), ...(log ? {} : { axisLabel: { color: colours().muted, hideOverlap: true, formatter: near(largest) } }), nameTextStyle: { align: "left", color: colours().muted } }),
    series: [...bands, ...lines, ...(answer.bands ? [] : [oddities(answer, scaled)])],
  };
}

const WORDS = { epoch: "end of epoch", relative: "seconds since the start", wall: "" };
const wordOf = (unit) => WORDS[unit] ?? unit;

/** Whether the scale is logarithmic: as asked, where every value is positive. */
function logOf({ curves }, asked) {
  if (asked.slog === "0") return false;
  const [low, high] = endsOf({ curves });
  return low > 0 && (asked.slog === "1" || high / low >= 50);
}

/** The lowest and the highest value of all curves. */
function endsOf({ curves }) {
  let [low, high] = [Infinity, -Infinity];
  for (const curve of curves) {
    for (const value of curve.min) if (value !== null && value < low) low = value;
    for (const value of curve.max || curve.min) if (value !== null && value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

function lineOf(curve, { axes, curves }, asked, ranks, scaled) {
  const isFew = curves.length <= FEW;
  const x = axes[curve.axis];
  const rank = ranks.get(curve.number);
  const isBest = rank === 1;
  const paint = rankColour(rank);
  const weight = Number(asked.smooth) || 0;
  const line = {
    type: "line",
    id: String(curve.number),
    name: `#${curve.number} ${curve.name}`,
    data: zigzag(x, curve, scaled),
    showSymbol: x.length < 2,
    zlevel: GROUND,
    triggerLineEvent: true,
    lineStyle: { color: paint, width: isFew ? (isBest ? 3 : 1.4) : 1, opacity: weight ? 0.25 : 1 },
    itemStyle: { color: paint },
    emphasis: { ...(isFew ? { focus: "series" } : {}), lineStyle: { width: 3 } },
    ...(curve.status === "running" ? { endLabel: { show: true, formatter: "●", color: paint, distance: 0, fontSize: 9 } } : {}),
  };
  if (!weight) return [line];
  const middle = curve.max ? curve.min.map((low, at) => (low === null ? null : low / 2 + curve.max[at] / 2)) : curve.min;
  const smooth = { ...line, id: `${curve.number}-smooth`, data: smoothed(middle, weight).map((value, at) => [scaled(x[at]), value]), lineStyle: { ...line.lineStyle, opacity: 1 } };
  return [{ ...line, silent: true, z: 1 }, smooth];
}

/** Through the true minimum and maximum of every bucket, so that no peak is lost. */
function zigzag(x, { min, max }, scaled) {
  if (!max) return min.map((value, at) => [scaled(x[at]), value]);
  const data = [];
  for (let at = 0; at < x.length; at += 1) {
    data.push([scaled(x[at]), min[at]]);
    if (max[at] !== min[at]) data.push([scaled(x[at]), max[at]]);
  }
  return data;
}

function oddities({ curves }, scaled) {
  const floor = curves.reduce((lowest, curve) => curve.min.reduce((low, value) => (value !== null && value < low ? value : low), lowest), Infinity);
  const data = curves.flatMap((curve) => curve.odd.map(([x, word]) => ({ value: [scaled(x), Number.isFinite(floor) ? floor : 1], word, number: curve.number, name: curve.name })));
  return { type: "scatter", id: "odd", symbol: "triangle", symbolSize: 10, progressive: 0, itemStyle: { color: ODD_COLOUR, opacity: 0.8 }, z: 6, data };
}

function bandSeries({ bands }, asked) {
  const paints = categoryColours();
  const weight = Number(asked.smooth) || 0;
  return bands.flatMap((band, place) => {
    const paint = paints[place % paints.length];
    const mean = weight ? smoothed(band.mean, weight) : band.mean;
    const edge = (values, more) => ({ type: "line", silent: true, showSymbol: false, lineStyle: { opacity: 0 }, stack: `band${place}`, stackStrategy: "all", data: band.x.map((x, at) => [x, values[at]]), ...more });
    return [
      edge(band.low, {}),
      edge(band.high.map((high, at) => high - band.low[at]), { areaStyle: { color: paint, opacity: 0.14 } }),
      { type: "line", id: `mean${place}`, name: band.label, showSymbol: band.x.length < 2, data: band.x.map((x, at) => ({ value: [x, mean[at]], at, place })), triggerLineEvent: true, lineStyle: { color: paint, width: 2 }, itemStyle: { color: paint }, endLabel: { show: true, formatter: ({ seriesName }) => seriesName, color: paint, fontSize: 11, distance: 6, width: 96, overflow: "truncate" }, labelLayout: { moveOverlap: "shiftY" }, z: 5 },
    ];
  });
}

function tip(item, { metric, unit, bands }) {
  if (item.data?.word) return { title: `#${item.data.number} ${item.data.name}`, rows: [[ODD_COLOUR, `${metric} at ${placeOf(item.value[0], unit)}`, item.data.word]] };
  if (!bands) return { title: item.seriesName, rows: item.value ? [[item.color, `${metric} at ${placeOf(item.value[0], unit)}`, short(item.value[1])]] : [] };
  const band = bands[item.data?.place];
  if (!band) return { title: item.seriesName, rows: [] };
  const { at } = item.data;
  return { title: `${item.seriesName} at ${placeOf(band.x[at], unit)}`, rows: [[item.color, "mean", short(band.mean[at])], [null, "range", `${short(band.low[at])} to ${short(band.high[at])}`], [null, "runs", short(band.runs[at])]] };
}

const placeOf = (x, unit) => (unit === "wall" ? new Date(x).toLocaleString() : `${unit === "relative" ? "second" : unit} ${short(x)}`);

/** Each drawn run in numbers. */
export function curveTable({ curves, axes, bands, metric }, numbered) {
  if (bands) return { head: ["group", "x", `mean of ${metric}`, "lowest", "highest", "runs"], rows: bands.flatMap((band) => band.x.map((x, at) => [band.label, x, band.mean[at], band.low[at], band.high[at], band.runs[at]])) };
  const rows = curves.flatMap((curve) => axes[curve.axis].map((x, at) => [{ text: `#${curve.number} ${curve.name}`, href: numbered(curve.number) }, x, curve.min[at], (curve.max || curve.min)[at]]));
  const odd = curves.flatMap((curve) => curve.odd.map(([x, word]) => [{ text: `#${curve.number} ${curve.name}`, href: numbered(curve.number) }, x, word, word]));
  return { head: ["run", "x", `lowest ${metric}`, `highest ${metric}`], rows: [...rows, ...odd] };
}

/** What the drawing shows of how much. */
export function curveNote({ curves, axes, bands, total, unpaired }, asked) {
  const points = curves.reduce((sum, curve) => sum + curve.total, 0);
  const shown = curves.reduce((sum, curve) => sum + axes[curve.axis].length, 0);
  const odd = curves.reduce((sum, curve) => sum + curve.odd_total, 0);
  const parts = [curves.length < total ? `${curves.length} of ${short(total)} runs, the first that have it` : `${curves.length} run${curves.length === 1 ? "" : "s"}`];
  parts.push(points === shown ? `${short(points)} points, all shown` : `${short(shown)} of ${short(points)} points shown, extremes exact`);
  if (bands) parts.push(`mean and range of ${bands.length} group${bands.length === 1 ? "" : "s"}${bands.every((band) => band.exact) ? "" : ", means of buckets"}; runs that ended early drop out`);
  else if (asked.band) parts.push("means need steps: choose to draw over steps");
  if (odd) parts.push(`${short(odd)} not finite`);
  if (unpaired.length) parts.push(`${short(unpaired.length)} runs without pairs at equal steps, or with too many points`);
  if (asked.slog === "1" && !logOf({ curves }, asked)) parts.push("values at or below 0 cannot stand on a logarithmic scale");
  return parts.join(" · ");
}
