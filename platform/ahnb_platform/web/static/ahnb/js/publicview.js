// Parallel coordinates and scatterplot of a public view: all runs came at once, and nothing is asked
// of the server while one brushes.
import { load, note, short } from "./chart.js";
import { selection, takeBrushes } from "./brushes.js";
import { parallelIn } from "./parallel.js";
import { scatterIn } from "./scatter.js";

const view = {
  data: null,
  brushes: new Map(),
  chosen: [],
  addressOf: () => "", // without an account runs have no page of their own
  named: (run) => `#${view.data.runs.number[run]} ${view.data.runs.name[run]}`,
  elsewhere: (drawn) => selection(view.data, view.brushes, null, drawn),
  onBrush: (column, brush) => brushed([[column, brush]], scatter),
  onBrushes: (pairs) => brushed(pairs, parallel),
  onPick: () => {},
  onHover: () => {},
  onLeave: () => {},
  onAxes: (keys) => {
    view.data = { ...view.data, parallel: keys, hasAxes: true };
    parallel.draw();
  },
};
const parallel = parallelIn(document.getElementById("parallel"), view);
const scatter = scatterIn(document.getElementById("scatter"), view);

function choose() {
  view.chosen = selection(view.data, view.brushes, null);
  const { length } = view.chosen.filter(Boolean);
  const all = view.data.rank.length;
  note("parallel", `${length < all ? `${short(length)} of ` : ""}${short(all)} run${all === 1 ? "" : "s"} · drag along an axis to narrow both drawings`);
}

function brushed(pairs, other) {
  if (!takeBrushes(view.brushes, pairs)) return;
  choose();
  requestAnimationFrame(() => {
    other.showBrushes();
    if (other === parallel) scatter.showBrushes();
  });
}

for (const select of document.querySelectorAll("[data-axis]")) {
  select.addEventListener("change", () => {
    if (!view.data) return;
    view.data = { ...view.data, [select.dataset.axis]: select.value };
    scatter.draw();
  });
}

view.data = await load(document.getElementById("charts").dataset.drawn);
if (view.data) {
  choose();
  parallel.draw();
  scatter.draw();
}
