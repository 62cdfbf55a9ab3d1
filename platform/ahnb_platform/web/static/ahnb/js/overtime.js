// Results over the calendar (best so far), or the curves of one metric for the first runs.
import { axis, base, chartIn, colours, load, note, rankColour, redraw, short, tooltip } from "./chart.js";

export function overTimeIn(element, view) {
  let curves = null;
  let asked = "";
  const chart = chartIn(element, () => {
    if (!view.data) return;
    if (view.data.series === "best") chart.setOption(bestSoFar(view), true);
    else if (curves) chart.setOption(curveOption(view, curves), true);
  });
  chart.on("click", (event) => {
    if (event.data?.run !== undefined) location.assign(view.addressOf(event.data.run));
    else if (event.seriesId) location.assign(view.numbered(event.seriesId));
  });

  async function draw() {
    if (!view.data || view.data.series === "best") return redraw(chart);
    const parameters = new URLSearchParams(location.search);
    parameters.set("series", view.data.series);
    const address = `${view.curvesAddress()}?${parameters}`;
    asked = address;
    const answer = await load(address);
    if (!answer || asked !== address) return undefined;
    curves = answer;
    return redraw(chart);
  }
  return { draw };
}

function bestSoFar({ data, chosen }) {
  const colour = colours();
  const column = data.objective;
  if (!column) return { ...base("No objective yet"), title: { text: "No run has an objective yet", textStyle: { color: colour.muted, fontSize: 13 }, left: "center", top: "middle" } };
  const runs = [...chosen.keys()].filter((run) => chosen[run] && column.values[run] !== null);
  runs.sort((a, b) => data.runs.at[a] - data.runs.at[b]);
  const better = (a, b) => (column.direction === "min" ? a < b : a > b);
  let best = null;
  const steps = runs.map((run) => {
    const value = column.values[run];
    if (best === null || better(value, best)) best = value;
    return [data.runs.at[run] * 1000, best];
  });
  note("over-time", `${runs.length} runs with ${column.label}, each when it ended; the line is the best so far`);
  return {
    ...base(`Best ${column.label} so far over time, ${runs.length} runs`),
    grid: { left: 12, right: 20, top: 34, bottom: 12, containLabel: true },
    tooltip: tooltip((item) => ({ title: item.data.run === undefined ? "best so far" : `#${data.runs.number[item.data.run]} ${data.runs.name[item.data.run]}`, rows: [[item.color, column.label, short(item.value[1])]] })),
    xAxis: axis("time", { splitLine: { show: false } }),
    yAxis: axis(column.log ? "log" : "value", { name: column.label, nameTextStyle: { align: "left", color: colour.muted } }),
    series: [
      { type: "line", step: "end", data: steps, showSymbol: false, lineStyle: { color: colour.text, width: 1.5 } },
      { type: "scatter", progressive: 0, symbolSize: 8, data: runs.map((run) => ({ value: [data.runs.at[run] * 1000, column.values[run]], run, itemStyle: { color: rankColour(data.rank[run]) } })) },
    ],
  };
}

function curveOption({ data }, { curves, metric, total }) {
  const colour = colours();
  const rank = new Map(data.runs.number.map((number, run) => [number, data.rank[run]]));
  const points = curves.reduce((sum, curve) => sum + curve.total, 0);
  const shown = curves.reduce((sum, curve) => sum + curve.x.length, 0);
  const values = curves.flatMap((curve) => [...curve.min, ...curve.max]).filter((value) => value !== null);
  const [low, high] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  const unit = curves[0]?.unit || "step";
  note("over-time", `the first ${curves.length} of ${total} runs · ${short(points)} points, ${short(shown)} shown, extremes exact`);
  return {
    ...base(`Curves of ${metric} for ${curves.length} runs`),
    grid: { left: 12, right: 24, top: 34, bottom: 34, containLabel: true },
    tooltip: tooltip((item) => ({ title: item.seriesName, rows: [[item.color, `${metric} at ${unit} ${item.value[0]}`, short(item.value[1])]] }), { trigger: "item" }),
    xAxis: axis(unit === "time" ? "time" : "value", { name: unit === "epoch" ? "end of epoch" : unit, nameLocation: "middle", nameGap: 26, splitLine: { show: false }, minInterval: 1 }),
    yAxis: axis(low > 0 && high / low >= 50 ? "log" : "value", { name: metric, nameTextStyle: { align: "left", color: colour.muted } }),
    series: [...curves].reverse().map((curve) => ({
      type: "line",
      id: String(curve.number),
      name: curve.name,
      data: extremes(curve),
      showSymbol: curve.x.length < 2,
      triggerLineEvent: true,
      lineStyle: { color: rankColour(rank.get(curve.number)), width: rank.get(curve.number) === 1 ? 3 : 1.4 },
      itemStyle: { color: rankColour(rank.get(curve.number)) },
      emphasis: { focus: "series", lineStyle: { width: 3 } },
    })),
  };
}

/** A curve through the true minimum and maximum of every bucket, so that no peak is lost. */
export function extremes({ x, min, max }) {
  return x.flatMap((step, place) => (min[place] === max[place] || min[place] === null ? [[step, min[place]]] : [[step, min[place]], [step, max[place]]]));
}
