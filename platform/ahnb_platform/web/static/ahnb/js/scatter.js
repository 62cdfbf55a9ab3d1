// Two columns against each other; dragging a rectangle narrows both.
import { axis, base, chartIn, colours, note, rankColour, redraw, short, tooltip } from "./chart.js";
import { brushOf, stretchOf } from "./brushes.js";

/** Draws `view.data`; calls `view.onBrushes([[column, brush or null], …])`. */
export function scatterIn(element, view) {
  let pair = null;
  const chart = chartIn(element, () => {
    if (!view.data) return;
    pair = ["x", "y"].map((side) => view.data.columns.find((column) => column.key === view.data[side]));
    chart.clear();
    if (pair.every(Boolean)) {
      chart.setOption(option(view, pair));
      chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: "rect", brushMode: "single" } });
      showBrushes();
    } else note("scatter", "These axes hold too many different texts, or no run has a value.");
  });

  function showBrushes() {
    if (!pair?.every(Boolean)) return;
    chart.setOption({ series: [{ data: points(view, pair) }] });
    const range = pair.map((column) => stretchOf(column, view.brushes.get(column.key)));
    const areas = range.every(Boolean) ? [{ brushType: "rect", xAxisIndex: 0, yAxisIndex: 0, coordRange: range }] : [];
    chart.dispatchAction({ type: "brush", areas });
  }

  chart.on("brushEnd", (event) => {
    const range = event.areas[0]?.coordRange;
    view.onBrushes(pair.map((column, side) => [column, range ? brushOf(column, ...range[side]) : null]));
  });
  chart.on("click", (event) => {
    if (event.componentType === "series") location.assign(view.addressOf(event.data.run));
  });
  return { draw: () => redraw(chart), showBrushes };
}

function option(view, [x, y]) {
  const { data } = view;
  const colour = colours();
  const both = data.rank.filter((_, run) => x.values[run] !== null && y.values[run] !== null).length;
  note("scatter", `${both} of ${data.total} runs have both values · drag a rectangle to narrow`);
  return {
    toolbox: { show: false },
    ...base(`Scatterplot of ${y.label} against ${x.label} for ${both} runs`),
    grid: { left: 12, right: 20, top: 34, bottom: 34, containLabel: true },
    tooltip: tooltip((item) => tip(data, x, y, item.data.run), { trigger: "item" }),
    xAxis: { ...axisOf(x), name: x.label, nameLocation: "middle", nameGap: 28 },
    yAxis: { ...axisOf(y), name: y.label, nameLocation: "end", nameTextStyle: { align: "left", color: colour.muted } },
    brush: { toolbox: [], xAxisIndex: 0, yAxisIndex: 0, transformable: false, brushStyle: { color: "rgba(120,130,145,0.15)", borderColor: colour.muted, borderWidth: 1 }, outOfBrush: { colorAlpha: 1 } },
    series: [{ type: "scatter", progressive: 0, data: points(view, [x, y]), emphasis: { scale: 1.5 } }],
  };
}

const axisOf = (column) => axis(column.type === "category" ? "category" : column.time ? "time" : column.log ? "log" : "value", column.type === "category" ? { data: column.categories } : {});

function points({ data, chosen }, [x, y]) {
  const colour = colours();
  const found = [];
  data.rank.forEach((rank, run) => {
    if (x.values[run] === null || y.values[run] === null) return;
    const at = [x, y].map((column) => (column.time ? column.values[run] * 1000 : column.values[run]));
    found.push({
      value: at,
      run,
      symbolSize: rank === 1 ? 16 : 10,
      z: rank ?? 0,
      itemStyle: { color: rankColour(rank), opacity: chosen[run] ? 0.9 : 0.08, borderColor: rank === 1 ? colour.text : colour.surface, borderWidth: rank === 1 ? 2 : 0.5 },
    });
  });
  return found.sort((a, b) => a.z - b.z);
}

function tip(data, x, y, run) {
  const show = (column) => {
    const value = column.values[run];
    return column.type === "category" ? column.categories[value] : column.time ? new Date(value * 1000).toLocaleString() : short(value);
  };
  return { title: `${data.runs.name[run]} (${data.runs.status[run]})`, rows: [[null, x.label, show(x)], [null, y.label, show(y)]] };
}
