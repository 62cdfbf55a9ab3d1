// Results over the calendar: each run when it ended, and the best so far.
import { axis, base, colours, fitting, near, note, rankColour, short, tooltip } from "./chart.js";

/** The runs with a result in order of time, and the best so far after each. */
function progress({ data, chosen }) {
  const column = data.objective;
  const runs = [...chosen.keys()].filter((run) => chosen[run] && column.values[run] !== null);
  runs.sort((a, b) => data.runs.at[a] - data.runs.at[b]);
  const better = (a, b) => (column.direction === "min" ? a < b : a > b);
  let best = null;
  const line = runs.map((run) => {
    const value = column.values[run];
    if (best === null || better(value, best)) best = value;
    return [data.runs.at[run] * 1000, best];
  });
  return { runs, line };
}

export function bestSoFar(view, asked) {
  const { data, chosen, named } = view;
  const colour = colours();
  const column = data.objective;
  if (!column) return { ...base("No objective yet"), title: { text: "No run has an objective yet", textStyle: { color: colour.muted, fontSize: 13 }, left: "center", top: "middle" } };
  const { runs, line } = progress(view);
  const others = [...chosen.keys()].filter((run) => !chosen[run] && column.values[run] !== null);
  const isPositive = column.values.every((value) => value === null || value > 0);
  const log = isPositive && (asked.slog === "1" || (asked.slog !== "0" && column.log));
  const largest = column.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  note("over-time", `${short(runs.length)} runs with ${column.label}, each when it ended; the line is the best so far${asked.slog === "1" && !isPositive ? "; values at or below 0 cannot stand on a logarithmic scale" : ""}`);
  const dot = (run, opacity) => ({ value: [data.runs.at[run] * 1000, column.values[run]], run, itemStyle: { color: rankColour(data.rank[run]), opacity } });
  return {
    ...base(`Best ${column.label} so far over time, ${runs.length} runs`),
    grid: { left: 12, right: 20, top: 34, bottom: 12, containLabel: true },
    tooltip: tooltip((item) => ({ title: item.data.run === undefined ? "best so far" : named(item.data.run), rows: [[item.color, column.label, short(item.value[1])]] })),
    xAxis: axis("time", { splitLine: { show: false } }),
    yAxis: axis(log ? "log" : "value", { name: fitting(column.label), ...(log ? {} : { axisLabel: { color: colour.muted, hideOverlap: true, formatter: near(largest) } }), nameTextStyle: { align: "left", color: colour.muted } }),
    series: [
      { type: "line", step: "end", data: line, showSymbol: false, lineStyle: { color: colour.text, width: 1.5 } },
      { type: "scatter", progressive: 0, symbolSize: 8, data: [...others.map((run) => dot(run, 0.08)), ...runs.map((run) => dot(run, 1))] },
    ],
  };
}

export function bestTable(view) {
  if (!view.data.objective) return { head: ["run"], rows: [] };
  const { runs, line } = progress(view);
  const rows = runs.map((run, place) => [{ text: view.named(run), href: view.addressOf(run) }, new Date(line[place][0]).toISOString(), view.data.objective.values[run], line[place][1]]);
  return { head: ["run", "ended", view.data.objective.key, "best so far"], rows };
}
