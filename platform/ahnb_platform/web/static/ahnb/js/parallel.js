// Parallel coordinates: one line a run, one axis a column; dragging along an axis narrows.
import { axis, base, chartIn, colours, GROUND, onBackground, rankColour, redraw, short, tooltip } from "./chart.js";
import { brushOf, stretchOf } from "./brushes.js";
import { exportable } from "./exporting.js";
import { goTo, tableOf, tipOf } from "./ofruns.js";
import { spanOf } from "./ticks.js";

const MOST_AXES = 9;
const LEFT = 48;
const RIGHT = 64;
const LONGEST_LABEL = 16;
// Beyond so many lines a drawing takes longer than a hand waits: they follow when it rests.
export const LIVE_LINES = 300;

/** Draws `view.data`; calls `view.onBrush(column, brush or null)` and `view.onAxes(keys)`. */
export function parallelIn(element, view) {
  let columns = [];
  let spans = [];
  let order = [];
  let settling = false;
  let pale = "";

  const chart = chartIn(element, () => {
    if (!view.data) return;
    columns = axesOf(view.data);
    spans = columns.map((column) => (column.type === "number" ? spanOf(column.values, column.log, column.direction === "min") : null));
    order = [...view.data.rank.keys()].sort((a, b) => (view.data.rank[a] ?? -1) - (view.data.rank[b] ?? -1));
    chart.setOption(option(view, columns, spans, order, element), true);
    pale = "";
    showBrushes();
  });
  exportable(chart, element, () => tableOf(view, columns));

  function showBrushes() {
    showPicked();
    const batch = columns.map((column, place) => {
      const stretch = stretchOf(column, view.brushes.get(column.key));
      const intervals = stretch ? [column.type === "category" ? stretch.map((end) => end + offsetOf(column)) : stretch] : [];
      return { parallelAxisId: `axis${place}`, intervals };
    });
    // All in one action, as each one lays all lines out. The axis that an action names itself is
    // taken for one that the hand has brushed, and keeps what stands on it: this names none.
    settling = true;
    chart.dispatchAction({ type: "axisAreaSelect", parallelAxisId: "none", batch });
    settling = false;
  }

  /** What is ticked, lassoed or brushed on axes that are not drawn leaves the others paler here, too. */
  function showPicked() {
    const drawn = new Set(columns.map((column) => column.key));
    const kept = view.elsewhere(drawn);
    const outside = order.filter((run) => !kept[run]).join();
    if (outside === pale) return;
    pale = outside;
    chart.setOption({ series: [{ data: linesOf(view.data, columns, spans, order, kept) }] }, { lazyUpdate: true });
  }

  /** Point at a run of the table; at none with -1. */
  function point(run) {
    chart.dispatchAction({ type: "downplay", seriesIndex: 0 });
    if (run >= 0) chart.dispatchAction({ type: "highlight", seriesIndex: 0, dataIndex: order.indexOf(run) });
  }

  chart.on("axisareaselected", (event) => {
    if (settling || !event.parallelAxisId) return;
    const column = columns[Number(event.parallelAxisId.slice(4))];
    const [stretch] = event.intervals || [];
    view.onBrush(column, stretch ? brushOf(column, ...stretch.map((end) => end - offsetOf(column))) : null);
  });
  chart.on("click", { componentType: "series" }, (event) => goTo(view.addressOf(order[event.dataIndex])));
  chart.on("mouseover", { componentType: "series" }, (event) => view.onHover(view.data.runs.number[order[event.dataIndex]]));
  chart.on("mouseout", view.onLeave);
  letReorder(chart, element, () => columns, view);
  return { draw: () => redraw(chart), showBrushes, point };
}

/** An axis is moved by its name. */
function letReorder(chart, element, columns, view) {
  let from = -1;
  chart.on("mousedown", { componentType: "parallelAxis" }, (event) => {
    if (event.targetType === "axisName") from = event.parallelAxisIndex;
  });
  chart.getZr().on("mouseup", (event) => {
    const keys = columns().map((column) => column.key);
    const gap = (element.clientWidth - LEFT - RIGHT) / Math.max(keys.length - 1, 1);
    const to = Math.min(Math.max(Math.round((event.offsetX - LEFT) / gap), 0), keys.length - 1);
    if (from >= 0 && to !== from) view.onAxes(keys.toSpliced(from, 1).toSpliced(to, 0, keys[from]));
    from = -1;
  });
}

function axesOf(data) {
  const byKey = new Map(data.columns.map((column) => [column.key, column]));
  const axes = data.parallel.map((key) => byKey.get(key)).filter(Boolean);
  // The results stand last and are never left out, unless somebody chose the axes.
  return axes.length > MOST_AXES && !data.hasAxes ? [...axes.slice(0, MOST_AXES - 2), ...axes.slice(-2)] : axes;
}

/** Categories begin one further up where a place for runs without a value lies below them. */
const offsetOf = (column) => (column.type === "category" && column.values.includes(null) ? 1 : 0);

function option(view, columns, spans, order, element) {
  const { data } = view;
  const width = (element.clientWidth - LEFT - RIGHT) / Math.max(columns.length - 1, 1);
  return {
    toolbox: { show: false },
    ...base(`Parallel coordinates of ${data.rank.length} runs over ${columns.map((column) => column.label).join(", ")}`),
    tooltip: tooltip((item) => tipOf(view, columns, order[item.dataIndex])),
    parallel: { left: LEFT, right: RIGHT, top: 46, bottom: 22, parallelAxisDefault: { realtime: order.length <= LIVE_LINES, areaSelectStyle: { width: 18, borderColor: colours().text, color: colours().muted, opacity: 0.25 } } },
    parallelAxis: columns.map((column, place) => axisOf(column, spans[place], place, columns, width)),
    series: [{ type: "parallel", zlevel: GROUND, progressive: 0, smooth: false, inactiveOpacity: 0.05, activeOpacity: order.length > LIVE_LINES ? 0.5 : 0.9, lineStyle: { width: widthOf(order), opacity: order.length > LIVE_LINES ? 0.4 : 0.8 }, emphasis: { lineStyle: { width: 3.5, opacity: 1 } }, data: linesOf(data, columns, spans, order, null) }],
  };
}

function axisOf(column, span, place, columns, width) {
  const colour = colours();
  const twins = columns.some((other) => other !== column && other.label === column.label);
  const name = twins ? `${column.qualifier}\n${column.label}` : column.label;
  const isInverted = column.direction === "min";
  const common = {
    ...axis(column.type === "category" ? "category" : column.time ? "time" : column.log ? "log" : "value"),
    id: `axis${place}`,
    dim: place,
    z: 20,
    triggerEvent: true,
    name: isInverted ? `${name} ▾` : name,
    // An inverted axis would carry its name below, where nobody looks.
    nameLocation: isInverted ? "start" : "end",
    inverse: isInverted,
    nameGap: 14,
    nameTruncate: { maxWidth: roomOf(place, columns.length, width), ellipsis: "…" },
    nameTextStyle: { color: colour.text, fontWeight: 600 },
    axisLine: { lineStyle: { color: colour.muted } },
    axisLabel: { color: colour.text, fontSize: 11, hideOverlap: true, margin: 6, ...onBackground(), formatter: cut },
  };
  if (column.type === "category") return { ...common, data: [...(offsetOf(column) ? ["missing"] : []), ...column.categories] };
  const scale = column.time ? 1000 : 1;
  const ends = { min: span.min * scale, max: span.max * scale };
  if (column.time) return { ...common, ...ends, axisLabel: { ...common.axisLabel, formatter: null } };
  const places = span.missing === null ? span.ticks : [span.missing, ...span.ticks];
  const formatter = (value) => (span.missing !== null && Math.abs(value - span.missing) < Math.abs(span.missing) * 1e-9 + 1e-300 ? "missing" : short(value));
  return { ...common, ...ends, axisLabel: { ...common.axisLabel, customValues: places, formatter }, axisTick: { customValues: places } };
}

/** How wide a name may be: it stands over its axis' middle, and the outermost have less room. */
function roomOf(place, count, width) {
  const edge = place === 0 ? 2 * LEFT : place === count - 1 ? 2 * RIGHT : Infinity;
  return Math.max(Math.min(width - 10, edge - 6), 40);
}

// Hairlines are painted several times as fast.
const widthOf = (order) => (order.length > LIVE_LINES ? 1 : 1.3);

const cut = (text) => (text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text);

function linesOf(data, columns, spans, order, kept) {
  return order.map((run, at) => ({
    value: columns.map((column, place) => placeOf(column, spans[place], run)),
    lineStyle: { color: rankColour(data.rank[run]), width: at === order.length - 1 ? 3 : widthOf(order), ...(kept && !kept[run] ? { opacity: 0.05 } : {}) },
  }));
}

function placeOf(column, span, run) {
  const value = column.values[run];
  if (column.type === "category") return value === null ? 0 : value + offsetOf(column);
  if (value === null) return column.time ? span.missing * 1000 : span.missing;
  return column.time ? value * 1000 : value;
}
