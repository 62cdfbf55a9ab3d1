// One chart of a run: train and validation together, batches behind them, other attempts paler.
import { chartIn, forget, note, redraw, short } from "./chart.js";
import { crosshairIn, isInside, keepCrosshair } from "./crosshair.js";
import { drawingOf } from "./curveoption.js";
import { exportable } from "./exporting.js";
import { markBarIn } from "./markbar.js";
import { kindOf, limitsOf } from "./xkinds.js";

const MOST_POINTS = 1500;
const OLDER_POINTS = 400;
// Zooming by other than what was logged finds the stretch step by step.
const MOST_LOOKS = 4;

/** Draws `group` in `element`, inside `host`. `tools` holds what all charts of the page share. */
export function curvesIn(element, host, group, number, tools) {
  let found = null;
  let whole = null;
  let wholeOf = null;
  let older = null;
  let kind = null;
  let drawing = null;
  let round = 0;
  let waits = false;
  const chart = chartIn(element, paint);
  const drawMarks = markBarIn(host, group.title);
  const leave = crosshairIn(chart, host, () => drawing && { ...drawing, kind }, zoomBy);
  exportable(chart, element, () => pointsOf(group, found));
  chart.on("finished", placeMarks);
  chart.on("brushEnd", ({ areas }) => {
    const stretch = areas[0]?.coordRange;
    if (!stretch) return;
    chart.dispatchAction({ type: "brush", areas: [] });
    if (stretch[1] > stretch[0]) tools.zoom(kind, stretch);
  });
  chart.getZr().on("dblclick", () => tools.zoom(kind, null));

  function paint() {
    if (!found) return;
    // A hand that drags keeps its stretch: what came meanwhile is drawn when it lets go.
    waits = tools.isPressed();
    if (waits) return;
    drawing = drawingOf({ group, found, older, kind, clocks: tools.clocks, range: tools.range[kind], width: element.clientWidth, height: element.clientHeight }, tools);
    chart.setOption(drawing.option, true);
    chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: "lineX", brushMode: "single" } });
    keepCrosshair(chart);
    tell();
  }

  function placeMarks() {
    if (!drawing) return;
    const marks = drawing.marks.map((mark) => ({ ...mark, left: Math.round(chart.convertToPixel({ xAxisIndex: 0 }, mark.x)) }));
    drawMarks(marks.filter(({ left }) => isInside(chart, left)));
  }

  async function fetchAll() {
    round += 1;
    const mine = round;
    const { attempt } = tools;
    // In a zoomed chart the whole only says where the stretch lies.
    const known = whole && wholeOf === attempt && Object.values(tools.range).some(Boolean);
    const [, begun] = await Promise.all([tools.loadClocks(), known ? whole : ask(namesOf(), {})]);
    const wanted = kindOf(group, tools.kind, tools.clocks);
    const range = tools.range[wanted];
    const first = known && !range ? await ask(namesOf(), {}) : begun;
    if (!first || mine !== round) return;
    const stretch = range ? await readStretch(range, wanted, first) : first;
    const others = await readOlder(range, wanted);
    if (!stretch || mine !== round || chart.isDisposed()) return;
    [kind, whole, wholeOf, found, older] = [wanted, first, attempt, stretch, others];
    redraw(chart);
  }

  const namesOf = (unit) => group.series.filter((series) => !unit || series.unit === unit).map((series) => series.name);

  function ask(names, more, points = Math.min(Math.max(Math.ceil(element.clientWidth / 100) * 100, 300), MOST_POINTS)) {
    return names.length ? tools.ask(names, { points, ...(tools.attempt === null ? {} : { attempt: tools.attempt }), ...more }) : {};
  }

  /** The stretch with its true extremes, unit by unit. */
  async function readStretch(range, wanted, first) {
    const units = ["epoch", "step", "time"].filter((unit) => namesOf(unit).length);
    const answers = await Promise.all(units.map((unit) => readUnit(unit, range, wanted, first)));
    return answers.includes(null) ? null : Object.assign({}, ...answers);
  }

  async function readUnit(unit, range, wanted, first) {
    const names = namesOf(unit);
    const longest = (answer) => names.map((name) => answer[name]).reduce((a, b) => (b.total > a.total ? b : a));
    let answer = first;
    let asked = "";
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      const [from, to] = limitsOf(range, longest(answer), unit, wanted, tools.clocks);
      if (asked === `${from} ${to}`) break;
      asked = `${from} ${to}`;
      answer = await ask(names, { from, to });
      if (!answer || wanted === unit || unit === "time" || longest(answer).exact) break;
    }
    return answer;
  }

  async function readOlder(range, wanted) {
    const names = group.series.filter(({ role }) => role !== "batch" || group.series.length === 1).map(({ name }) => name);
    const others = tools.otherAttempts();
    const answers = await Promise.all(others.map((attempt) => ask(names, { attempt, ...limitsOfOlder(range, wanted) }, OLDER_POINTS)));
    return new Map(others.map((attempt, at) => [attempt, answers[at] ?? {}]));
  }

  function limitsOfOlder(range, wanted) {
    const isNative = range && group.series.every(({ unit }) => unit === wanted);
    if (!isNative) return {};
    const [from, to] = limitsOf(range, null, wanted, wanted, tools.clocks);
    return { from: Math.max(from - 1, 0), to: to + 1 };
  }

  /** Looks closer at `x` (or the middle), or from farther away. */
  function zoomBy(factor, x) {
    const extent = chart.getModel().getComponent("xAxis").axis.scale.getExtent();
    const all = extentOf(whole, group, kind, tools);
    const middle = x ?? (extent[0] + extent[1]) / 2;
    const half = ((extent[1] - extent[0]) / 2) * factor;
    const stretch = [Math.max(middle - half, all[0]), Math.min(middle + half, all[1])];
    if (stretch[0] <= all[0] && stretch[1] >= all[1]) tools.zoom(kind, null);
    else if (stretch[1] > stretch[0]) tools.zoom(kind, stretch);
  }

  function tell() {
    const all = Object.values(found);
    const sum = (count) => all.reduce((total, series) => total + count(series), 0);
    const [total, shown, odd] = [sum((one) => one.total), sum((one) => one.x.length), sum((one) => one.nonfinite_total)];
    const parts = [shown < total ? `${short(shown)} of ${short(total)} points, extremes exact` : `${short(total)} point${total === 1 ? "" : "s"}`];
    if (odd) parts.push(`${short(odd)} not finite${odd > sum((one) => one.nonfinite.length) ? ", the first marked" : ""}`);
    if (tools.kind && kind !== tools.kind) parts.push(`over ${kind === "wall" ? "time" : kind}: no ${tools.kind}s known`);
    if (tools.log && !drawing.isLog) parts.push("values at or below 0: not logarithmic");
    note(number, parts.join(" · "));
  }

  function dispose() {
    round += 1;
    leave();
    forget(chart);
    host.querySelectorAll(".chart-marks, .mark-tip").forEach((part) => part.remove());
  }

  return {
    kind: () => kind,
    fetchAll,
    dispose,
    draw: () => redraw(chart),
    letGo: () => waits && redraw(chart),
  };
}

/** From where to where the whole chart reaches. */
function extentOf(whole, group, kind, tools) {
  const { option } = drawingOf({ group, found: whole, kind, clocks: tools.clocks, range: null, width: 100, height: 100 }, { ...tools, notes: [], findings: [], smoothing: 0 });
  const x = option.series.flatMap(({ data }) => [data[0], data[data.length - 1]].filter(Boolean).map((point) => (point.value ?? point)[0]));
  return [Math.min(...x), Math.max(...x)];
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
