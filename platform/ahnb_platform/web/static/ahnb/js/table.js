// Ticks of the table of runs: they outlive refreshes and pages, and narrow every view.

import { pickOf } from "./brushes.js";
import { move, onRenewed, panel } from "./panel.js";

// The ids of the ticked runs by number.
const ticked = new Map();
const MOST_COMPARED = 20;
let last = null;

const boxes = () => [...panel().querySelectorAll("[data-tick]")];
const numberOf = (box) => Number(box.closest("tr").dataset.number);

function tick(box, isTicked) {
  box.checked = isTicked;
  if (isTicked) ticked.set(numberOf(box), box.closest("tr").dataset.run);
  else ticked.delete(numberOf(box));
}

/** What is ticked, in words, and whether the head's box holds for all rows. */
function tell(words) {
  const shown = boxes();
  const here = shown.filter((box) => box.checked).length;
  const elsewhere = ticked.size - here;
  const said = panel().querySelector("[data-ticked]");
  if (said) said.textContent = words || (ticked.size ? `${ticked.size} ticked${elsewhere ? `, ${elsewhere} on other pages` : ""}` : "");
  const all = panel().querySelector("[data-tick-all]");
  if (!all) return;
  all.checked = here > 0 && here === shown.length;
  all.indeterminate = here > 0 && here < shown.length;
}

/** The rows between the box ticked before and this one become as this one. */
function tickStretch(box) {
  const shown = boxes();
  const from = shown.findIndex((one) => numberOf(one) === last);
  const to = shown.indexOf(box);
  if (from < 0) return;
  for (const one of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) tick(one, box.checked);
}

function narrow() {
  if (!ticked.size) {
    tell("Tick some runs first.");
    return;
  }
  const pick = pickOf(ticked.keys());
  if (pick === null) {
    tell("These are too many single runs for an address; filter or brush instead.");
    return;
  }
  ticked.clear();
  move((parameters) => parameters.set("pick", pick));
}

function compare(address) {
  if (ticked.size < 2 || ticked.size > MOST_COMPARED) tell(`Tick 2 to ${MOST_COMPARED} runs to compare them.`);
  else location.assign(`${address}?runs=${[...ticked.keys()].sort((a, b) => a - b).join(",")}`);
}

/** Up and down go from row to row. */
function step(event) {
  const shown = boxes();
  const next = shown[shown.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-tick]");
  if (box) {
    tick(box, box.checked);
    if (event.shiftKey) tickStretch(box);
    last = numberOf(box);
    tell();
  } else if (event.target.matches("[data-tick-all]")) {
    boxes().forEach((one) => tick(one, event.target.checked));
    tell();
  } else if (event.target.closest("[data-only]")) {
    event.preventDefault();
    narrow();
  } else if (event.target.closest("[data-compare-these]")) {
    event.preventDefault();
    compare(event.target.closest("[data-compare]").dataset.compare);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.target.matches("[data-tick]") && ["ArrowDown", "ArrowUp"].includes(event.key)) step(event);
  if (event.key !== "/" || event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById("q").focus();
});

// What is ticked on other pages of the table is changed too.
document.addEventListener("formdata", (event) => {
  if (event.target.id !== "bulk-form") return;
  const here = new Set(event.formData.getAll("run"));
  for (const id of ticked.values()) if (!here.has(id)) event.formData.append("run", id);
});

onRenewed(() => {
  boxes().forEach((box) => { box.checked = ticked.has(numberOf(box)); });
  tell();
});

boxes().filter((box) => box.checked).forEach((box) => tick(box, true));
tell();
