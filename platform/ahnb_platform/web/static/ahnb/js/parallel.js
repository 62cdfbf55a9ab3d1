// Parallel coordinates: one line a run, one axis a column; dragging along an axis narrows.
import { axis, base, chartIn, colours, rankColour, redraw, short, tooltip } from "./chart.js";
import { brushOf, stretchOf } from "./brushes.js";

const MOST_AXES = 9;

/** Draws `view.data`; calls `view.onBrush(column, brush or null)`. */
export function parallelIn(element, view) {
  let columns = [];
  let order = [];
  let settling = false;

  const chart = chartIn(element, () => {
    if (!view.data) return;
    columns = axesOf(view.data);
    order = [...view.data.rank.keys()].sort((a, b) => (view.data.rank[a] ?? -1) - (view.data.rank[b] ?? -1));
    chart.setOption(option(view.data, columns, order), true);
    showBrushes();
  });

  function showBrushes() {
    settling = true;
    columns.forEach((column, place) => {
      const stretch = stretchOf(column, view.brushes.get(column.key));
      chart.dispatchAction({ type: "axisAreaSelect", parallelAxisId: `axis${place}`, intervals: stretch ? [stretch] : [] });
    });
    settling = false;
  }

  chart.on("axisareaselected", (event) => {
    if (settling || !event.parallelAxisId) return;
    const column = columns[Number(event.parallelAxisId.slice(4))];
    const [stretch] = event.intervals || [];
    view.onBrush(column, stretch ? brushOf(column, ...stretch) : null);
  });
  chart.on("click", (event) => {
    if (event.componentType === "series") location.assign(view.addressOf(order[event.dataIndex]));
  });
  return { draw: () => redraw(chart), showBrushes };
}

function axesOf(data) {
  const byKey = new Map(data.columns.map((column) => [column.key, column]));
  const axes = data.parallel.map((key) => byKey.get(key)).filter(Boolean);
  // The results stand last and are never left out.
  return axes.length > MOST_AXES ? [...axes.slice(0, MOST_AXES - 2), ...axes.slice(-2)] : axes;
}

function option(data, columns, order) {
  const colour = colours();
  const ground = { backgroundColor: colour.surface, padding: [1, 3], borderRadius: 2, margin: 6 };
  return {
    toolbox: { show: false },
    ...base(`Parallel coordinates of ${data.rank.length} runs over ${columns.map((column) => column.label).join(", ")}`),
    tooltip: tooltip((item) => tip(data, columns, order[item.dataIndex])),
    parallel: { left: 48, right: 64, top: 46, bottom: 22, parallelAxisDefault: { areaSelectStyle: { width: 18, borderColor: colour.text, color: colour.muted, opacity: 0.25 } } },
    parallelAxis: columns.map((column, place) => ({
      ...axis(column.type === "category" ? "category" : column.time ? "time" : column.log ? "log" : "value"),
      id: `axis${place}`,
      ...(column.type === "number" && !column.time && column.values.every((value) => value === null || Number.isInteger(value)) ? { minInterval: 1 } : {}),
      dim: place,
      z: 20,
      name: columns.some((other) => other !== column && other.label === column.label) ? `${column.qualifier}\n${column.label}` : column.label,
      nameLocation: "end",
      nameGap: 14,
      nameTextStyle: { color: colour.text, fontWeight: 600 },
      inverse: column.direction === "min",
      // An inverted axis would carry its name below, where nobody looks.
      ...(column.direction === "min" ? { nameLocation: "start" } : {}),
      ...(column.type === "category" ? { data: column.categories } : {}),
      axisLine: { lineStyle: { color: colour.muted } },
      axisLabel: { color: colour.text, fontSize: 11, ...ground, ...(column.type === "number" && !column.time ? { formatter: short } : { width: 90, overflow: "truncate" }) },
    })),
    series: [
      {
        type: "parallel",
        progressive: 0,
        smooth: false,
        inactiveOpacity: 0.05,
        activeOpacity: 0.9,
        lineStyle: { opacity: order.length > 200 ? 0.4 : 0.75, width: 1.3 },
        emphasis: { lineStyle: { width: 3.5, opacity: 1 } },
        data: order.map((run, place) => ({
          value: columns.map((column) => valueOf(column, run)),
          lineStyle: { color: rankColour(data.rank[run]), width: place === order.length - 1 ? 3 : 1.3 },
        })),
      },
    ],
  };
}

function valueOf(column, run) {
  const value = column.values[run];
  return value === null ? NaN : column.time ? value * 1000 : value;
}

function tip(data, columns, run) {
  const rows = columns.map((column) => {
    const value = column.values[run];
    const shown = value === null ? "–" : column.type === "category" ? column.categories[value] : column.time ? new Date(value * 1000).toLocaleString() : short(value);
    return [null, column.label, shown];
  });
  return { title: `${data.runs.name[run]} (${data.runs.status[run]})`, rows };
}
