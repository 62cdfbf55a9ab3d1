// Two columns against each other, coloured and shaped by others; a rectangle or a lasso narrows.
import { axis, base, chartIn, colours, fitting, near, note, redraw, short, tooltip } from "./chart.js";
import { brushOf, stretchOf } from "./brushes.js";
import { exportable } from "./exporting.js";
import { goTo, tableOf, tipOf } from "./ofruns.js";
import { legend, paletteOf, shapeOf } from "./palettes.js";
import { frontOf, isInside } from "./plane.js";

/** Draws `view.data`; calls `view.onBrushes([[column, brush or null], …])` or `view.onPick(runs)`. */
export function scatterIn(element, view) {
  let pair = null;
  let found = [];
  let tool = "rect";
  const chart = chartIn(element, () => {
    if (!view.data) return;
    pair = ["x", "y"].map((side) => view.data.columns.find((column) => column.key === view.data[side]));
    chart.clear();
    if (pair.every(Boolean)) {
      chart.setOption(option(view, pair));
      letBrush();
      showBrushes();
    } else note("scatter", "These axes hold too many different texts, or no run has a value.");
  });
  exportable(chart, element, () => tableOf(view, view.data ? columnsOf(view.data) : [], (run) => pair.every((column) => column && column.values[run] !== null)));
  const letBrush = () => chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: tool, brushMode: "single" } });

  function showBrushes() {
    if (!pair?.every(Boolean)) return;
    found = points(view, pair);
    const front = view.data.front ? frontOf(found.filter((point) => view.chosen[point.run]), pair) : [];
    // Drawn once, with the rectangle that follows.
    chart.setOption({ series: [{ id: "runs", data: found }, { id: "front", data: front }] }, { lazyUpdate: true });
    const range = pair.map((column) => stretchOf(column, view.brushes.get(column.key)));
    const areas = range.every(Boolean) ? [{ brushType: "rect", xAxisIndex: 0, yAxisIndex: 0, coordRange: range }] : [];
    chart.dispatchAction({ type: "brush", areas });
  }

  chart.on("brushEnd", ({ areas: [area] }) => {
    if (area?.brushType === "polygon") {
      const inside = found.filter(({ value }) => isInside(chart.convertToPixel({ gridIndex: 0 }, value), area.range));
      chart.dispatchAction({ type: "brush", areas: [] });
      if (inside.length) view.onPick(inside.map(({ run }) => run));
      return;
    }
    view.onBrushes(pair.map((column, side) => [column, area ? brushOf(column, ...area.coordRange[side]) : null]));
  });
  chart.on("click", { seriesId: "runs" }, ({ data }) => goTo(view.addressOf(data.run)));
  chart.on("mouseover", { seriesId: "runs" }, ({ data }) => view.onHover(view.data.runs.number[data.run]));
  chart.on("mouseout", view.onLeave);
  for (const button of document.querySelectorAll("[data-brush-tool]")) {
    delete button.dataset.waits;
    button.addEventListener("click", () => {
      tool = button.dataset.brushTool;
      for (const other of document.querySelectorAll("[data-brush-tool]")) other.ariaPressed = String(other === button);
      letBrush();
    });
  }

  /** Point at a run of the table. */
  function point(run) {
    const place = found.findIndex((one) => one.run === run);
    chart.dispatchAction({ type: "downplay", seriesId: "runs" });
    if (place >= 0) chart.dispatchAction({ type: "highlight", seriesId: "runs", dataIndex: place });
  }
  return { draw: () => redraw(chart), showBrushes, point };
}

function option(view, [x, y]) {
  const { data } = view;
  const colour = colours();
  const both = data.rank.filter((_, run) => x.values[run] !== null && y.values[run] !== null).length;
  note("scatter", words(data, [x, y], both));
  legend("scatter", data);
  return {
    toolbox: { show: false },
    ...base(`Scatterplot of ${y.label} against ${x.label} for ${both} runs`),
    grid: { left: 12, right: 24, top: 34, bottom: 34, containLabel: true },
    tooltip: tooltip((item) => (item.data.run === undefined ? null : tipOf(view, columnsOf(data), item.data.run)), { trigger: "item" }),
    xAxis: { ...axisOf(x, data.xlog), name: fitting(x.label), nameLocation: "middle", nameGap: 28 },
    yAxis: { ...axisOf(y, data.ylog), name: fitting(y.label), nameLocation: "end", nameTextStyle: { align: "left", color: colour.muted } },
    brush: { toolbox: [], xAxisIndex: 0, yAxisIndex: 0, transformable: false, brushStyle: { color: "rgba(120,130,145,0.15)", borderColor: colour.muted, borderWidth: 1 }, outOfBrush: { colorAlpha: 1 } },
    series: [
      { type: "scatter", id: "runs", progressive: 0, data: [], emphasis: { scale: 1.7, itemStyle: { borderColor: colour.text, borderWidth: 2, opacity: 1 } } },
      { type: "line", id: "front", step: y.direction === "min" ? "start" : "end", silent: true, showSymbol: false, lineStyle: { color: colour.text, width: 1.2, type: "dashed" }, data: [] },
    ],
  };
}

function words(data, [x, y], both) {
  const logs = [x, y].filter((column, side) => isLog(column, [data.xlog, data.ylog][side]));
  const lost = data.rank.filter((_, run) => x.values[run] !== null && y.values[run] !== null && logs.some((column) => column.values[run] <= 0)).length;
  const parts = [`${short(both)} of ${short(data.rank.length)} runs have both values`];
  if (lost) parts.push(`${short(lost)} at or below 0 cannot stand on a logarithmic axis`);
  if (data.front) parts.push(x.direction && y.direction ? "dashed: no run is better in both" : "a Pareto front needs two metrics");
  return parts.join(" · ");
}

const isLog = (column, asked) => column.type === "number" && !column.time && (asked ? asked === "1" : column.log);

function axisOf(column, asked) {
  if (column.type === "category") return axis("category", { data: column.categories, axisLabel: { color: colours().muted, hideOverlap: true, width: 90, overflow: "truncate" } });
  if (column.time) return axis("time");
  const largest = column.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return axis(isLog(column, asked) ? "log" : "value", { axisLabel: { color: colours().muted, hideOverlap: true, formatter: isLog(column, asked) ? short : near(largest) } });
}

function points({ data, chosen }, [x, y]) {
  const colour = colours();
  const paint = paletteOf(data);
  const shape = shapeOf(data);
  const opacity = Math.max(0.35, Math.min(0.9, 40 / Math.sqrt(data.rank.length)));
  const found = [];
  data.rank.forEach((rank, run) => {
    if (x.values[run] === null || y.values[run] === null) return;
    const isBest = rank === 1;
    found.push({
      value: [x, y].map((column) => (column.time ? column.values[run] * 1000 : column.values[run])),
      run,
      symbol: shape(run),
      symbolSize: isBest ? 15 : data.rank.length > 500 ? 7 : 10,
      z: rank ?? 0,
      itemStyle: { color: paint(run), opacity: chosen[run] ? (isBest ? 1 : opacity) : 0.06, borderColor: isBest ? colour.text : colour.surface, borderWidth: isBest ? 2 : 0.5 },
    });
  });
  return found.sort((a, b) => a.z - b.z);
}

/** What the drawing shows of each run, each column once. */
const columnsOf = (data) => [...new Set(["x", "y", "colour", "mark"].map((side) => data.columns.find((column) => column.key === data[side])).filter(Boolean))];
