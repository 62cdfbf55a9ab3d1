// The card "over time": best results by date, or the curves of one metric; its zoom and its life.
import { chartIn, load, note, redraw } from "./chart.js";
import { bestSoFar, bestTable } from "./best.js";
import { exportable } from "./exporting.js";
import { curveNote, curveOption, curveTable } from "./manycurves.js";
import { curveSummary } from "./curvesummary.js";
import { letStretch } from "./stretch.js";

const POLL_MILLISECONDS = 10_000;

export function overTimeIn(element, view) {
  let answer = null;
  let asked = "";
  let search = location.search;
  let range = null;
  let timer = 0;
  let shown = [];
  const reset = document.getElementById("over-time-reset");
  const isBest = () => view.data?.series === "best";
  /** What the drawing is made of; while none of it changes, there is nothing to draw. */
  const parts = () => [view.data, isBest() ? view.chosen : answer, range, ...Object.values(settings())];

  const chart = chartIn(element, () => {
    shown = parts();
    if (isBest()) chart.setOption(bestSoFar(view, settings()), true);
    else if (answer) {
      chart.setOption(curveOption(answer, settings(), ranks(view.data), range), true);
      note("over-time", curveNote(answer, settings()));
    }
  });
  const tableBy = (ofCurves) => () => {
    if (isBest()) return bestTable(view);
    return answer ? ofCurves(answer, view.numbered) : { head: ["run"], rows: [] };
  };
  exportable(chart, element, tableBy(curveTable), tableBy(curveSummary));
  chart.on("click", ({ data, seriesId }) => {
    const number = data?.number ?? (/^\d+/.exec(seriesId) || [])[0];
    if (data?.run !== undefined) location.assign(view.addressOf(data.run));
    else if (number) location.assign(view.numbered(number));
  });

  letStretch(chart, () => !isBest() && answer?.curves.length > 0, (stretch) => zoom(answer.unit === "wall" ? stretch.map((end) => end / 1000) : stretch));

  function zoom(stretch) {
    range = stretch;
    reset.hidden = !range;
    fetchCurves();
  }
  reset.addEventListener("click", () => zoom(null));
  document.addEventListener("keydown", (event) => event.key === "Escape" && range && zoom(null));

  /** Smoothing needs nothing from the server. */
  document.getElementById("smooth").addEventListener("input", ({ target }) => {
    document.getElementById("smooth-value").textContent = Number(target.value) ? target.value : "off";
    const parameters = new URLSearchParams(location.search);
    if (Number(target.value)) parameters.set("smooth", target.value);
    else parameters.delete("smooth");
    history.replaceState(history.state, "", parameters.size ? `?${parameters}` : location.pathname);
    redraw(chart);
  });

  function curvesAddress() {
    const parameters = new URLSearchParams(search);
    parameters.set("series", view.data.series);
    for (const name of ["cursor", "smooth", "slog", "from", "to"]) parameters.delete(name);
    if (range) {
      parameters.set("from", range[0]);
      parameters.set("to", range[1]);
    }
    return `${view.curvesAddress()}?${parameters}`;
  }

  async function fetchCurves() {
    const address = curvesAddress();
    asked = address;
    const found = await load(address);
    if (asked !== address) return;
    // One lost answer does not end the life of the curves.
    if (!found) return answer && follow();
    answer = found;
    redraw(chart);
    follow();
  }

  /** While one of the drawn runs trains, new points appear; not while nobody looks. */
  function follow() {
    clearTimeout(timer);
    if (!answer.curves.some((curve) => curve.status === "running")) return;
    timer = setTimeout(() => (document.hidden || isBest() ? follow() : fetchCurves()), POLL_MILLISECONDS);
  }

  let drawn = "";
  /** Draw what an address asks for; this page's own, unless it is about to have another. */
  function draw(next = location.search) {
    if (!view.data || !view.curvesAddress()) return;
    search = next;
    // Another metric or other x: the zoom means nothing there.
    const kind = `${view.data.series} ${settings().over}`;
    if (kind !== drawn) range = null;
    drawn = kind;
    reset.hidden = !range;
    if (!isBest() && curvesAddress() !== asked) fetchCurves();
    else if ((isBest() || answer) && parts().some((part, place) => part !== shown[place])) redraw(chart);
  }
  return { draw };
}

const settings = () => {
  const parameters = new URLSearchParams(location.search);
  return Object.fromEntries(["smooth", "slog", "over", "band"].map((name) => [name, parameters.get(name) || ""]));
};

const ranks = (data) => new Map(data.runs.number.map((number, run) => [number, data.rank[run]]));
