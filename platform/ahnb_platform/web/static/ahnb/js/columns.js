// Columns of the table of runs: kept in sight, resized and moved; the address keeps what was done.
import { go, onRenewed, panel } from "./panel.js";

const NARROWEST = 40;
const WIDEST = 800;
const STEP = 16;

const heads = () => [...panel().querySelectorAll(".runs-table th[data-column]")];
const cellsOf = (head) => [...head.closest("table").rows].map((row) => row.cells[head.cellIndex]).filter(Boolean);

function setWidth(head, pixels) {
  for (const cell of cellsOf(head)) Object.assign(cell.style, { width: `${pixels}px`, minWidth: `${pixels}px`, maxWidth: `${pixels}px` });
  head.querySelector(".resizer").setAttribute("aria-valuenow", pixels);
}

/** The run's name and the pinned columns stay where they are while the others move. */
function keepInSight() {
  const pinned = heads().filter((head) => "pinned" in head.dataset);
  const table = panel().querySelector(".runs-table");
  if (!table || !pinned.length) return;
  let left = 0;
  for (let place = 0; place <= Math.max(...pinned.map((head) => head.cellIndex)); place += 1) {
    const column = [...table.rows].map((row) => row.cells[place]);
    column.forEach((cell) => {
      cell.classList.add("is-kept");
      cell.style.left = `${left}px`;
    });
    left += column[0].getBoundingClientRect().width;
  }
}

/** The widths of this page's address with another one. */
function remember(key, pixels) {
  const parameters = new URLSearchParams(location.search);
  const others = parameters.getAll("width").filter((text) => !text.startsWith(`${key}:`));
  parameters.delete("width");
  for (const text of [...others, `${key}:${pixels}`]) parameters.append("width", text);
  history.replaceState(history.state, "", `?${parameters}`);
  for (const field of panel().querySelectorAll('input[name="width"]')) field.remove();
  for (const value of parameters.getAll("width")) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "width", value });
    field.setAttribute("form", "view-form");
    panel().append(field);
  }
}

function resizerOf(head, width, label) {
  const handle = Object.assign(document.createElement("span"), { className: "resizer", tabIndex: 0, role: "separator" });
  for (const [name, value] of Object.entries({ orientation: "vertical", label: `Width of ${label}`, valuemin: NARROWEST, valuemax: WIDEST, valuenow: width })) handle.setAttribute(`aria-${name}`, value);
  const change = (pixels) => {
    const size = Math.min(Math.max(Math.round(pixels), NARROWEST), WIDEST);
    setWidth(head, size);
    keepInSight();
    return size;
  };
  handle.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    remember(head.dataset.column, change(head.offsetWidth + way * STEP));
  });
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    head.draggable = false;
    handle.setPointerCapture(event.pointerId);
    const begun = event.clientX - head.offsetWidth;
    let size = head.offsetWidth;
    handle.onpointermove = (moved) => { size = change(moved.clientX - begun); };
    handle.onlostpointercapture = () => {
      head.draggable = true;
      handle.onpointermove = null;
      remember(head.dataset.column, size);
    };
  });
  return handle;
}

/** A head that is dragged onto another takes its place. */
function letMove(head) {
  head.draggable = true;
  head.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/x-ahnb-column", head.dataset.column));
  head.addEventListener("dragover", (event) => event.dataTransfer.types.includes("text/x-ahnb-column") && event.preventDefault());
  head.addEventListener("drop", (event) => {
    event.preventDefault();
    const key = event.dataTransfer.getData("text/x-ahnb-column");
    const keys = heads().map((one) => one.dataset.column);
    const to = keys.indexOf(head.dataset.column);
    if (!keys.includes(key) || keys[to] === key) return;
    const parameters = new URLSearchParams(location.search);
    parameters.delete("cols");
    const leftOut = [...panel().querySelectorAll("[data-left-out]")].map((field) => field.value);
    const moved = keys.toSpliced(keys.indexOf(key), 1).toSpliced(to, 0, key);
    for (const one of [...moved, ...leftOut]) parameters.append("cols", one);
    go(`${location.pathname}?${parameters}`);
  });
}

function layOut() {
  // All is read before anything is written, or each head would lay the table out anew.
  const found = heads().map((head) => [head, head.offsetWidth, head.innerText.trim().replace(/\s+/g, " ")]);
  for (const [head, width, label] of found) {
    head.append(resizerOf(head, width, label));
    letMove(head);
    if (head.dataset.width) setWidth(head, Number(head.dataset.width));
  }
  keepInSight();
}

onRenewed(layOut);
layOut();
