// One line at the same x in all charts of a kind, moved by mouse or keys, with the values there.
import { fillTip, short } from "./chart.js";
import { placeInWords } from "./xkinds.js";

const shown = new Set();
let says = null;
let frame = 0;

/**
 * Lets a chart take part. `reader` gives {kind, curves: [{name, colour, x, low, high, exact}], write}
 * or null while nothing is drawn; `zoomBy(factor, x)` looks closer or from farther away.
 */
export function crosshairIn(chart, host, reader, zoomBy) {
  const line = Object.assign(document.createElement("div"), { className: "crosshair", hidden: true });
  const tip = Object.assign(document.createElement("div"), { className: "chart-tip crosshair-tip", hidden: true });
  host.append(line, tip);
  const one = { chart, host, line, tip, reader, at: null };
  shown.add(one);
  const zr = chart.getZr();
  zr.on("mousemove", ({ offsetX, offsetY }) => {
    const read = reader();
    if (!read || !chart.containPixel({ gridIndex: 0 }, [offsetX, offsetY])) return hideAll();
    moveTo(one, read, nearest(read.curves, chart.convertFromPixel({ xAxisIndex: 0 }, offsetX)));
  });
  zr.on("globalout", hideAll);
  const keys = (event) => onKey(event, one, zoomBy);
  host.addEventListener("keydown", keys);
  host.addEventListener("blur", hideAll);
  return () => {
    shown.delete(one);
    host.removeEventListener("keydown", keys);
    host.removeEventListener("blur", hideAll);
    line.remove();
    tip.remove();
  };
}

/** Puts the line where it was after a new drawing. */
export function keepCrosshair(chart) {
  for (const one of shown) if (one.chart === chart && one.at !== null) put(one, one.reader(), one.at);
}

function moveTo(source, read, x) {
  if (x === null) return;
  source.at = x;
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => {
    for (const one of shown) {
      const theirs = one.reader();
      if (theirs?.kind === read.kind && inSight(one.host)) put(one, theirs, x);
      else hide(one);
    }
  });
}

function inSight(host) {
  const { top, bottom } = host.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

function put(one, read, x) {
  const { chart, host, line, tip } = one;
  const left = read && chart.convertToPixel({ xAxisIndex: 0 }, x);
  if (!isInside(chart, left)) return hide(one);
  one.at = x;
  line.hidden = false;
  line.style.transform = `translateX(${left}px)`;
  fillTip(tip, { title: placeInWords(x, read.kind), rows: rowsAt(read, x) });
  tip.hidden = false;
  const room = host.clientWidth - tip.offsetWidth;
  tip.style.transform = `translate(${Math.max(left + 12 > room ? Math.min(left - 12 - tip.offsetWidth, room) : left + 12, 0)}px, 8px)`;
}

/** Whether a place lies within the drawn stretch; its very ends may be a fraction of a pixel beside it. */
export function isInside(chart, left) {
  const middle = chart.getHeight() / 2;
  return Number.isFinite(left) && [0, 1, -1].some((by) => chart.containPixel({ gridIndex: 0 }, [left + by, middle]));
}

function hide(one) {
  one.at = null;
  one.line.hidden = true;
  one.tip.hidden = true;
}

function hideAll() {
  cancelAnimationFrame(frame);
  shown.forEach(hide);
}

/** The place among the sorted `x` at or before `value`; -1 before all. */
function placeBefore(x, value) {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function placeNear(x, value) {
  const before = placeBefore(x, value);
  if (before < 0) return x.length ? 0 : -1;
  return before + 1 < x.length && x[before + 1] - value < value - x[before] ? before + 1 : before;
}

/** The x of a point that is nearest to `value`; null without points. */
function nearest(curves, value) {
  let found = null;
  for (const { x } of curves) {
    const at = placeNear(x, value);
    if (at >= 0 && (found === null || Math.abs(x[at] - value) < Math.abs(found - value))) found = x[at];
  }
  return found;
}

const MOST_ROWS = 8;

function rowsAt({ curves, write }, value) {
  const rows = curves.slice(0, MOST_ROWS).map(({ name, colour, x, low, high, exact, odd }) => {
    const at = exact ? placeNear(x, value) : Math.max(placeBefore(x, value), 0);
    if (!x.length || at < 0) return [colour, name, "–"];
    const word = low[at] === null ? (odd?.get(x[at]) ?? "not finite") : low[at] === high[at] ? write(low[at]) : `${write(low[at])} to ${write(high[at])}`;
    return [colour, name, word];
  });
  return curves.length > MOST_ROWS ? [...rows, [null, `${short(curves.length - MOST_ROWS)} more`, ""]] : rows;
}

const STRIDES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

function onKey(event, one, zoomBy) {
  if (event.target !== one.host || event.ctrlKey || event.metaKey || event.altKey) return;
  const read = one.reader();
  if (!read) return;
  if (event.key === "+" || event.key === "-") {
    zoomBy(event.key === "+" ? 0.5 : 2, one.at);
  } else if (event.key in STRIDES) {
    step(one, read, STRIDES[event.key] * (event.shiftKey ? 10 : 1));
  } else return;
  event.preventDefault();
}

function step(one, read, stride) {
  const [low, high] = one.chart.getModel().getComponent("xAxis").axis.scale.getExtent();
  const x = [...new Set(read.curves.flatMap((curve) => curve.x))].filter((place) => place >= low && place <= high).sort((a, b) => a - b);
  if (!x.length) return;
  const from = one.at === null ? (stride > 0 ? -1 : x.length) : placeNear(x, one.at);
  const next = x[Math.min(Math.max(from + stride, 0), x.length - 1)];
  moveTo(one, read, next);
  says ??= document.getElementById("chart-says");
  says.textContent = `${placeInWords(next, read.kind)}: ${rowsAt(read, next).map(([, name, value]) => `${name} ${value}`).join(", ")}`;
}
