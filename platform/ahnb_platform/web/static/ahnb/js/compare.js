// The curves of compared runs in one drawing, each in a colour of its own.
import { categoryColours, chartIn, load, note, redraw } from "./chart.js";
import { curveSummary } from "./curvesummary.js";
import { exportable } from "./exporting.js";
import { curveNote, curveOption, curveTable } from "./manycurves.js";

const SETTINGS = { smooth: "", slog: "", over: "", band: "" };
const element = document.getElementById("compare-curves");
const { curves, runs, metric, numbers } = element.dataset;
const order = numbers.split(",");
// On a page without an account runs have no page of their own.
const numbered = (number) => (runs ? `${runs}${number}/` : "");
let answer = null;

/** Colours come again after as many runs as there are colours, then dashed. */
const lookOf = (number) => {
  const paints = categoryColours();
  const place = order.indexOf(String(number));
  return { color: paints[place % paints.length], type: place < paints.length ? "solid" : "dashed" };
};

function painted(series) {
  if (!order.includes(series.id)) return series;
  const { color, type } = lookOf(series.id);
  return { ...series, lineStyle: { ...series.lineStyle, color, type, width: 1.8 }, itemStyle: { color } };
}

function paintLegend() {
  for (const mark of document.querySelectorAll("[data-curve-colour]")) {
    const { color, type } = lookOf(mark.dataset.curveColour);
    mark.style.background = type === "solid" ? color : `repeating-linear-gradient(to right, ${color} 0 4px, transparent 4px 7px)`;
  }
}

const chart = chartIn(element, () => {
  paintLegend();
  if (!answer) return;
  const option = curveOption(answer, SETTINGS, new Map(), null);
  chart.setOption({ ...option, series: option.series.map(painted) }, true);
  note("compare-curves", curveNote(answer, SETTINGS));
});
const table = (ofCurves) => () => (answer ? ofCurves(answer, numbered) : { head: ["run"], rows: [] });
exportable(chart, element, table(curveTable), table(curveSummary));
chart.on("click", ({ seriesId }) => runs && order.includes(seriesId) && location.assign(numbered(seriesId)));

redraw(chart);
answer = await load(`${curves}?${new URLSearchParams({ series: metric, pick: numbers })}`);
redraw(chart);
