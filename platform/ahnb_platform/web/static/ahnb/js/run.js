// The page of a run: its charts, their tools, and new points while it trains.
import { load } from "./chart.js";
import { curvesIn } from "./curves.js";
import { pointsFrom } from "./points.js";
import { mergeCharts, rememberFolds, showFound } from "./sections.js";
import { clocksOf } from "./xkinds.js";

const ROOM = 600;
// So many charts stay drawn; of more, those out of sight are let go.
const MOST_DRAWN = 40;
const MOST_OLDER = 5;
const CLOCK_POINTS = 1500;
// Many notes are not asked for with every news.
const MANY_NOTES = 100;
const NOTES_PAUSE_MILLISECONDS = 30_000;

const byId = (id) => document.getElementById(id);
const form = byId("chart-tools");
const cards = new Map();
let groups = JSON.parse(byId("chart-groups").textContent);
let numbers = groups.length;
let metrics = Number(form.dataset.metrics);
let attempts = [];
let clocks = null;
let pressed = false;
let markedAt = 0;

const settings = new URLSearchParams(location.search);
const tools = {
  ask: pointsFrom(`${location.pathname}series/`),
  smoothing: Number(settings.get("smooth")) || 0,
  log: settings.get("log") === "1",
  kind: settings.get("x") || "",
  attempt: null,
  range: {},
  notes: [],
  findings: [],
  clocks: clocksOf({ started: Number(form.dataset.started) }),
  isPressed: () => pressed,
  loadClocks: () => (clocks ??= readClocks()),
  otherAttempts() {
    const chosen = tools.attempt ?? attempts[attempts.length - 1]?.[0];
    return attempts.map(([number]) => number).filter((number) => number !== chosen).slice(-MOST_OLDER);
  },
  zoom(kind, stretch) {
    if (!stretch && !tools.range[kind]) return;
    tools.range[kind] = stretch;
    byId("zoom-reset").hidden = !Object.values(tools.range).some(Boolean);
    renew((curves) => curves.kind() === kind);
  },
};

/** How steps, epochs and times of this run belong together, and what is marked. */
async function readClocks() {
  const first = (unit) => groups.flatMap((group) => group.series).find((series) => series.unit === unit)?.name;
  const [epoch, step] = [first("epoch"), first("step")];
  const asked = [epoch, step].filter(Boolean);
  const marked = tools.notes.length > MANY_NOTES && Date.now() - markedAt < NOTES_PAUSE_MILLISECONDS ? null : load(`${location.pathname}marks/`);
  const found = asked.length ? await tools.ask(asked, { points: CLOCK_POINTS, ...(tools.attempt === null ? {} : { attempt: tools.attempt }) }) : {};
  tools.clocks = clocksOf({ started: Number(form.dataset.started), steps: Number(form.dataset.steps), epochs: found?.[epoch], batches: found?.[step] });
  takeMarks(await marked);
}

function takeMarks(marked) {
  if (!marked) return;
  markedAt = Date.now();
  tools.notes = marked.notes;
  tools.findings = marked.findings;
  attempts = marked.attempts;
  byId("attempt-tool").hidden = attempts.length < 2;
  const choice = byId("attempt");
  if (attempts.length < 2 || choice.options.length === attempts.length) return;
  const newest = attempts[attempts.length - 1][0];
  choice.replaceChildren(...[...attempts].reverse().map(([number, from]) => new Option(`${number}${number === newest ? ", the newest" : ""}${from ? `, from step ${from.toLocaleString("en")}` : ""}`, number)));
  choice.value = String(tools.attempt ?? newest);
}

// A chart asks for its points when it comes near the screen, and again when there is news.
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const card = cards.get(target);
      card.isNear = isIntersecting;
      if (isIntersecting && card.isStale) begin(target, card);
    }
    letGo();
  },
  { rootMargin: `${ROOM}px` },
);

function take(element, group, isNew) {
  if (isNew) cards.set(element, { group, number: Number(element.querySelector("[data-group]").dataset.group), curves: null, isNear: false, isStale: true });
  if (isNew) near.observe(element);
}

function begin(element, card) {
  if (!card.curves) {
    const frame = element.querySelector("[data-frame]");
    addTools(element, card);
    frame.tabIndex = 0;
    frame.role = "application";
    frame.ariaLabel = `Chart of ${card.group.title}`;
    frame.setAttribute("aria-describedby", "chart-keys");
    card.curves = curvesIn(frame.querySelector("[data-group]"), frame, card.group, card.number, tools);
  }
  card.isStale = false;
  card.curves.fetchAll();
}

/** The menu and the table of a card; one that begins anew gets new ones. */
function addTools(element, { group, number }) {
  element.querySelectorAll("[data-export-of], [data-table-of]").forEach((part) => part.remove());
  const [menu, table] = ["chart-menu", "chart-table"].map((id) => byId(id).content.firstElementChild.cloneNode(true));
  menu.dataset.exportOf = table.dataset.tableOf = number;
  menu.querySelector("summary").ariaLabel = `Download ${group.title}`;
  table.querySelector("[data-table-body]").ariaLabel = `${group.title} as a table`;
  element.querySelector(".actions").append(menu);
  element.append(table);
}

/** Lets go of charts that are out of sight where many are drawn. */
function letGo() {
  const drawn = [...cards].filter(([, card]) => card.curves);
  const free = drawn.filter(([element, card]) => !card.isNear && !element.contains(document.activeElement) && !element.querySelector("[data-table-of][open]"));
  for (const [, card] of free.slice(0, Math.max(drawn.length - MOST_DRAWN, 0))) {
    card.curves.dispose();
    card.curves = null;
    card.isStale = true;
  }
}

/** What is near asks again now, the others when they come near. */
function renew(wanted = () => true) {
  for (const [element, card] of cards) {
    if (card.curves && !wanted(card.curves)) continue;
    card.isStale = true;
    if (card.isNear) begin(element, card);
  }
}

function redrawAll() {
  for (const card of cards.values()) {
    if (card.isNear) card.curves?.draw();
    else card.isStale = true;
  }
}

/** Settings are part of the address, so that a look can be shared. */
function remember(name, value) {
  const parameters = new URLSearchParams(location.search);
  if (value) parameters.set(name, value);
  else parameters.delete(name);
  history.replaceState(history.state, "", `${location.pathname}${parameters.size ? `?${parameters}` : ""}${location.hash}`);
}

const smoothing = byId("smoothing");
const showSmoothing = () => {
  byId("smoothing-value").textContent = tools.smoothing ? String(tools.smoothing) : "off";
};
smoothing.value = String(tools.smoothing);
showSmoothing();
smoothing.addEventListener("input", () => {
  tools.smoothing = Number(smoothing.value);
  showSmoothing();
  remember("smooth", tools.smoothing);
  redrawAll();
});
byId("log-y").checked = tools.log;
byId("log-y").addEventListener("change", ({ target }) => {
  tools.log = target.checked;
  remember("log", target.checked ? "1" : "");
  redrawAll();
});
byId("x-kind").value = tools.kind;
tools.kind = byId("x-kind").value;
byId("x-kind").addEventListener("change", ({ target }) => {
  tools.kind = target.value;
  remember("x", target.value);
  renew();
});
byId("attempt").addEventListener("change", ({ target }) => {
  tools.attempt = target.selectedIndex ? Number(target.value) : null;
  clocks = null;
  renew();
});
byId("zoom-reset").addEventListener("click", resetZoom);

function resetZoom() {
  for (const kind of Object.keys(tools.range)) tools.zoom(kind, null);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.target.closest("input, textarea, select, [open][data-menu], dialog")) resetZoom();
});
document.addEventListener("pointerdown", ({ target }) => {
  pressed = Boolean(target.closest?.("[data-frame]"));
});
for (const kind of ["pointerup", "pointercancel"])
  document.addEventListener(kind, () => {
    pressed = false;
    setTimeout(() => cards.forEach((card) => card.curves?.letGo()));
  });

const namesOf = (card) => {
  const { title, series } = cards.get(card).group;
  return [title, ...series.map(({ name }) => name)];
};
const find = byId("find");
const hasAll = !find.value && !byId("find-note").textContent;
const look = () => {
  byId("find-note").textContent = showFound(find.value, namesOf);
};
if (hasAll) {
  byId("find-go").hidden = true;
  find.addEventListener("input", look);
  form.addEventListener("submit", (event) => event.preventDefault());
}

// New points keep zoom, scroll, folds and focus: only the data of the charts is replaced.
document.body.addEventListener("ahnb:points", async ({ detail }) => {
  clocks = null;
  if (detail?.metrics !== undefined && detail.metrics !== metrics) await fetchCards(detail.metrics);
  renew();
});
document.body.addEventListener("ahnb:notes", () => {
  markedAt = 0;
  clocks = null;
  renew();
});

async function fetchCards(count) {
  const answer = await fetch(`${location.pathname}charts/${find.value && !hasAll ? `?${new URLSearchParams({ find: find.value })}` : ""}`).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const theirs = JSON.parse(fresh.getElementById("chart-groups").textContent);
  metrics = count;
  groups = theirs;
  mergeCharts(fresh, theirs, (element, group, isNew) => (isNew ? number(element, group) : change(element, group)));
  fold(document.querySelectorAll("[data-section]"));
  if (hasAll && find.value) look();
}

/** A number that no card of this page has. */
function number(element, group) {
  const mine = numbers++;
  element.querySelector("[data-group]").dataset.group = mine;
  element.querySelector("[data-note]").dataset.note = mine;
  element.querySelector("h3").id = `chart-title-${mine}`;
  element.setAttribute("aria-labelledby", `chart-title-${mine}`);
  take(element, group, true);
}

/** A chart to which a curve came begins anew. */
function change(element, group) {
  const card = cards.get(element);
  if (card.group.series.length === group.series.length) return;
  card.curves?.dispose();
  Object.assign(card, { group, curves: null, isStale: true });
}

// Nobody is asked while nobody looks; who comes back sees at once what came meanwhile.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-live]")) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.body.dispatchEvent(new CustomEvent("ahnb:shown"));
});

const fold = rememberFolds(form.dataset.fold);
fold(document.querySelectorAll("[data-section]"));
for (const element of document.querySelectorAll("[data-card]")) take(element, groups[Number(element.querySelector("[data-group]").dataset.group)], true);
