// The project's summary: three charts and a table over one set of runs, which the address names.
import { load, note, short } from "./chart.js";
import { addressWith, readBrushes, selection } from "./brushes.js";
import { overTimeIn } from "./overtime.js";
import { parallelIn } from "./parallel.js";
import { scatterIn } from "./scatter.js";

const SETTLE_MILLISECONDS = 250;
const panel = () => document.getElementById("runs-panel");
const view = {
  data: null,
  brushes: readBrushes(),
  chosen: [],
  addressOf: (run) => `/runs/${view.data.runs.id[run]}/`,
  curvesAddress: () => panel().dataset.curves,
  onBrush: (column, brush) => brushed([[column, brush]], scatter),
  onBrushes: (pairs) => brushed(pairs, parallel),
};
let timer = 0;
let loaded = "";

const parallel = parallelIn(document.getElementById("parallel"), view);
const scatter = scatterIn(document.getElementById("scatter"), view);
const overTime = overTimeIn(document.getElementById("over-time"), view);

/** What the drawings depend on: the address without brushes and pages; "" for a faulty filter. */
function chartsAddress() {
  if (!panel().dataset.charts) return "";
  const parameters = new URLSearchParams(location.search);
  parameters.delete("brush");
  parameters.delete("cursor");
  return `${panel().dataset.charts}?${parameters}`;
}

function choose() {
  view.chosen = selection(view.data.columns, view.brushes, view.data.rank.length);
  const { length } = view.chosen.filter(Boolean);
  const drawn = view.data.rank.length;
  const all = view.data.total > drawn ? `the first ${short(drawn)} of ${short(view.data.total)} runs in this order` : `${short(drawn)} run${drawn === 1 ? "" : "s"}`;
  note("parallel", `${view.brushes.size ? `${short(length)} of ` : ""}${all} · drag along an axis to narrow every view`);
}

async function drawAll() {
  const address = chartsAddress();
  loaded = address;
  document.getElementById("charts").hidden = !address;
  document.getElementById("q").ariaInvalid = String(Boolean(panel().querySelector("[role=alert]")));
  if (!address) return;
  const data = await load(address);
  if (!data || loaded !== address) return;
  view.data = data;
  choose();
  parallel.draw();
  scatter.draw();
  overTime.draw();
}

/** The other drawing answers at once; table, curves and address follow when the hand rests. */
function brushed(pairs, other) {
  const before = [...view.brushes.values()].map((brush) => brush.text).join();
  for (const [column, brush] of pairs) {
    if (brush) view.brushes.set(column.key, brush);
    else view.brushes.delete(column.key);
  }
  if ([...view.brushes.values()].map((brush) => brush.text).join() === before) return;
  choose();
  other.showBrushes();
  if (other === parallel) scatter.showBrushes();
  clearTimeout(timer);
  timer = setTimeout(() => {
    window.htmx.ajax("GET", addressWith(view.brushes), { target: "#runs-panel", swap: "outerHTML" });
  }, SETTLE_MILLISECONDS);
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "runs-panel") return;
  if (chartsAddress() !== loaded) {
    view.brushes = readBrushes();
    drawAll();
    return;
  }
  const asked = readBrushes();
  const changed = [...asked.values()].map((brush) => brush.text).join() !== [...view.brushes.values()].map((brush) => brush.text).join();
  view.brushes = asked;
  if (!view.data) return;
  choose();
  if (changed) {
    parallel.showBrushes();
    scatter.showBrushes();
  }
  overTime.draw();
});

drawAll();
