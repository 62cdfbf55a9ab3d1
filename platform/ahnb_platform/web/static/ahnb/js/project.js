// The project's summary: three charts and a table over one set of runs, which the address names.
import { load, note, short } from "./chart.js";
import { addressWith, pickOf, readBrushes, readPick, selection, takeBrushes, textsOf } from "./brushes.js";
import { overTimeIn } from "./overtime.js";
import { knownRuns } from "./known.js";
import { go, move, onRenewed, panel } from "./panel.js";
import { LIVE_LINES, parallelIn } from "./parallel.js";
import { scatterIn } from "./scatter.js";

// A few lines follow the hand while it moves; then the server is asked when it rests.
const SETTLE_MILLISECONDS = 100;
const view = {
  data: null,
  brushes: readBrushes(),
  chosen: [],
  addressOf: (run) => view.numbered(view.data.runs.number[run]),
  named: (run) => `#${view.data.runs.number[run]} ${view.data.runs.name[run]}`,
  numbered: (number) => `${location.pathname}runs/${number}/`,
  curvesAddress: () => panel().dataset.curves,
  /** Which runs are chosen by all but the brushes on these axes, which show their own. */
  elsewhere: (drawn) => selection(view.data, view.brushes, readPick(), drawn),
  onBrush: (column, brush) => brushed([[column, brush]], scatter),
  onBrushes: (pairs) => brushed(pairs, parallel),
  onPick: picked,
  onHover: (number) => row(number)?.classList.add("is-pointed"),
  onLeave: () => document.querySelectorAll(".is-pointed").forEach((one) => one.classList.remove("is-pointed")),
  onAxes: (keys) => move((parameters) => { parameters.delete("axes"); keys.forEach((key) => parameters.append("axes", key)); }),
};
let timer = 0;
let loaded = "";
const loadRuns = knownRuns(load);

const parallel = parallelIn(document.getElementById("parallel"), view);
const scatter = scatterIn(document.getElementById("scatter"), view);
const overTime = overTimeIn(document.getElementById("over-time"), view);
const row = (number) => document.querySelector(`[data-number="${number}"]`);

/** What the drawings depend on: the address without brushes and pages; "" for a faulty filter. */
function chartsAddress() {
  if (!panel().dataset.charts) return "";
  const parameters = new URLSearchParams(location.search);
  for (const name of ["brush", "pick", "cursor"]) parameters.delete(name);
  return `${panel().dataset.charts}?${parameters}`;
}

function choose() {
  view.chosen = selection(view.data, view.brushes, readPick());
  const { length } = view.chosen.filter(Boolean);
  const drawn = view.data.rank.length;
  const all = view.data.total > drawn ? `the first ${short(drawn)} of ${short(view.data.total)} runs in this order` : `${short(drawn)} run${drawn === 1 ? "" : "s"}`;
  note("parallel", `${length < drawn ? `${short(length)} of ` : ""}${all} · drag along an axis to narrow every view`);
}

async function drawAll() {
  const address = chartsAddress();
  loaded = address;
  document.getElementById("charts").hidden = !address;
  document.getElementById("q").ariaInvalid = String(Boolean(panel().querySelector("[role=alert]")));
  if (!address) return;
  const data = await loadRuns(address);
  // Somebody may have gone to another page meanwhile.
  if (!data || loaded !== address || !panel()) return;
  view.data = data;
  choose();
  parallel.draw();
  scatter.draw();
  overTime.draw();
}

/** The other drawing answers at once; table, curves and address follow when the hand rests. */
function brushed(pairs, other) {
  if (!takeBrushes(view.brushes, pairs)) return;
  choose();
  clearTimeout(timer);
  const ask = () => {
    clearTimeout(timer);
    timer = 0;
    leave(addressWith(view.brushes));
  };
  timer = setTimeout(ask, SETTLE_MILLISECONDS);
  const isMany = view.data.rank.length > LIVE_LINES;
  requestAnimationFrame(() => {
    // What was brushed is drawn; the server works while it is painted, for which a timer would wait.
    if (isMany && timer) ask();
    setTimeout(() => {
      other.showBrushes();
      if (other === parallel) scatter.showBrushes();
    });
  });
}

/** Table and curves are asked for side by side. */
function leave(address) {
  go(address);
  overTime.draw(address.slice(location.pathname.length));
}

function picked(runs) {
  const pick = pickOf(runs.map((run) => view.data.runs.number[run]));
  if (pick === null) note("scatter", "These are too many single runs for an address; draw a rectangle instead.");
  else leave(addressWith(view.brushes, pick));
}

onRenewed(() => {
  performance.mark("ahnb:table");
  // A hand that has moved on is right; its own question follows.
  if (timer) return;
  const asked = readBrushes();
  const changed = textsOf(asked) !== textsOf(view.brushes);
  view.brushes = asked;
  if (chartsAddress() !== loaded) {
    drawAll();
    return;
  }
  if (!view.data) return;
  const before = view.chosen.join();
  choose();
  if (changed || view.chosen.join() !== before) {
    parallel.showBrushes();
    scatter.showBrushes();
  }
  overTime.draw();
});

/** Whether the page chose what a field says, so that the address need not name it. */
function isOwnChoice(name) {
  if (new URLSearchParams(location.search).has(name) || (name === "cols" && document.getElementById("add-column")?.value)) return false;
  const fields = [...document.querySelectorAll(`[form="view-form"][name="${name}"]`)];
  const isUnchanged = (field) => (field.type === "checkbox" ? field.checked === field.defaultChecked : field.selectedOptions?.[0]?.defaultSelected);
  return fields.every((field) => isUnchanged(field) && !field.closest("[data-moved]"));
}

document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id !== "view-form") return;
  for (const name of ["axes", "cols", "x", "y", "series"]) if (isOwnChoice(name)) detail.formData.delete(name);
  if (detail.formData.get("smooth") === "0") detail.formData.delete("smooth");
});

// A row of the table points at its run in the drawings.
let pointed = 0;
document.addEventListener("pointerover", (event) => {
  const number = Number(event.target.closest?.("[data-number]")?.dataset.number) || 0;
  if (number === pointed || !view.data) return;
  pointed = number;
  const run = view.data.runs.number.indexOf(number);
  scatter.point(run);
  parallel.point(run);
});

// Escape takes the brushes away, unless something else was to be closed by it.
document.addEventListener("keydown", (event) => {
  const isBusy = event.defaultPrevented || event.target.closest("input, select, textarea, details[open]") || document.querySelector("details[data-menu][open]");
  if (event.key !== "Escape" || isBusy || !(view.brushes.size || readPick()) || !document.getElementById("over-time-reset").hidden) return;
  view.brushes.clear();
  leave(addressWith(view.brushes, ""));
});

drawAll();
