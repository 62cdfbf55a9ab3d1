// The page of a run: its charts, their tools, and new points while it trains.
import { connect } from "../../vendor/echarts.js";
import { curvesIn } from "./curves.js";

const given = (id) => JSON.parse(document.getElementById(id).textContent);
const groups = given("chart-groups");
const shown = new Set();
const tools = {
  address: `${location.pathname}series/`,
  smoothing: 0,
  log: false,
  range: {},
  notes: given("step-notes"),
  stepsPerEpoch: Number(document.getElementById("chart-tools")?.dataset.steps),
  hasSteps: groups.some((group) => group.series.some((series) => series.unit === "step")),
  zoom(unit, stretch) {
    tools.range[unit] = stretch;
    document.getElementById("zoom-reset").hidden = !Object.values(tools.range).some(Boolean);
    shown.forEach((curves) => curves.unit === unit && curves.fetchAll());
  },
};

// A chart asks for its points when it comes near the screen, and from then on while the run lives.
const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      const number = Number(entry.target.dataset.group);
      const curves = curvesIn(entry.target, groups[number], number, tools);
      shown.add(curves);
      curves.fetchAll();
    }
  },
  { rootMargin: "1200px" },
);
for (const element of document.querySelectorAll("[data-group]")) near.observe(element);
for (const unit of ["epoch", "step", "time"]) connect(unit);

const smoothing = document.getElementById("smoothing");
smoothing?.addEventListener("input", () => {
  tools.smoothing = Number(smoothing.value);
  document.getElementById("smoothing-value").textContent = tools.smoothing ? smoothing.value : "off";
  shown.forEach((curves) => curves.draw());
});
document.getElementById("log-y")?.addEventListener("change", (event) => {
  tools.log = event.target.checked;
  shown.forEach((curves) => curves.draw());
});
document.getElementById("zoom-reset")?.addEventListener("click", () => {
  for (const unit of Object.keys(tools.range)) tools.zoom(unit, null);
});

// New points keep zoom and scroll: only the data of the charts is replaced.
document.body.addEventListener("ahnb:points", () => shown.forEach((curves) => curves.fetchAll()));
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-live]")) event.preventDefault();
});
