// What all charts share: colours, numbers, tooltips, resizing, following the theme.
import { init } from "../../vendor/echarts.js";

const VIRIDIS = ["#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6dcd59", "#b4de2c", "#fde725"];
const LIGHT = { text: "#232a35", muted: "#5c6370", line: "#dde1e7", none: "#9aa2ad" };
const DARK = { text: "#e6e9ee", muted: "#a3abb8", line: "#3a4352", none: "#727c8b" };
// Okabe and Ito's colours, told apart with any colour vision.
const LINES = ["#0072b2", "#d55e00", "#009e73", "#aa4499", "#b8860b", "#56b4e9"];
const LINES_DARK = ["#56b4e9", "#ff8c42", "#2fd3a2", "#e29ac8", "#f0c04a", "#9fd8ff"];

// What a canvas of its own holds, below the rest: a hand that drags over it need not draw it again.
export const GROUND = -1;

const drawn = new Map();

const isDark = () => document.documentElement.getAttribute("data-bs-theme") === "dark";
const words = () => (isDark() ? DARK : LIGHT);
/** The theme's colours; `surface` is that of the cards on which charts lie. */
export const colours = () => ({ ...words(), surface: getComputedStyle(document.querySelector(".card")).backgroundColor });
export const lineColours = () => (isDark() ? LINES_DARK : LINES);
/** For up to 11 categories; beyond them colours come again. */
export const categoryColours = () => [...new Set(isDark() ? [...LINES_DARK, ...LINES] : [...LINES, ...LINES_DARK])];
/** Text that stays readable upon lines. */
export const onBackground = () => ({ backgroundColor: colours().surface, padding: [1, 3], borderRadius: 2 });

/** The colour of a rank between 0 (worst) and 1 (best); the best stands out on either background. */
export function rankColour(rank) {
  if (rank === null || rank === undefined) return words().none;
  const place = isDark() ? 0.15 + 0.85 * rank : 0.88 * (1 - rank);
  return VIRIDIS[Math.round(place * (VIRIDIS.length - 1))];
}

/** A number with four significant digits, tiny and huge ones as 9.1e-4. */
export function short(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (typeof value !== "number" || (Number.isInteger(value) && size < 1e12)) return value.toLocaleString("en");
  if (size >= 1e-3 && size < 1e7) return Number(value.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 7 });
  return Number(value.toPrecision(4)).toExponential().replace("e+", "e");
}

/** A run's value in a column, in words. */
export function shown(column, run) {
  const value = column.values[run];
  if (value === null) return "–";
  if (column.type === "category") return column.categories[value];
  return column.time ? new Date(value * 1000).toLocaleString() : short(value);
}

/** As `short`, for an axis whose values reach to `largest`: what is left of a rounded zero is 0. */
export const near = (largest) => (value) => (Math.abs(value) < largest * 1e-9 ? "0" : short(value));

/** A name that fits below a drawing. */
export const fitting = (text, longest = 48) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** A run's value in a column as files write it: numbers bare, times in UTC, nothing for none. */
export function plain(column, run) {
  const value = column.values[run];
  if (value === null) return null;
  if (column.type === "category") return column.categories[value];
  return column.time ? new Date(value * 1000).toISOString() : value;
}

const SIZES = ["bytes", "kB", "MB", "GB", "TB", "PB"];

/** How values of a metric are written, by the unit at the end of its name. */
export function writer(name) {
  if (name.endsWith("_percent")) return (value) => `${short(value)} %`;
  if (!name.endsWith("_bytes")) return short;
  return (value) => {
    if (typeof value !== "number") return short(value);
    const power = Math.min(Math.floor(Math.log10(Math.max(Math.abs(value), 1)) / 3), SIZES.length - 1);
    return `${short(value / 1000 ** power)} ${SIZES[power]}`;
  };
}

/** A chart in `element`; `draw(chart)` is called now, by `redraw` and when the colours change. */
export function chartIn(element, draw) {
  const chart = init(element, null, { renderer: "canvas" });
  const observer = new ResizeObserver(() => (chart.isDisposed() ? observer.disconnect() : chart.resize()));
  observer.observe(element);
  drawn.set(chart, draw);
  // When the last drawing was done: for whoever measures.
  chart.on("finished", () => {
    performance.clearMarks(`ahnb:${element.id}`);
    performance.mark(`ahnb:${element.id}`);
  });
  return chart;
}

/** Frees what a chart that nobody sees holds. */
export function forget(chart) {
  drawn.delete(chart);
  chart.dispose();
}

export const redraw = (chart) => drawn.get(chart)(chart);

document.addEventListener("ahnb:theme", () => drawn.forEach((draw, chart) => draw(chart)));

/** Options that every chart begins with. */
export function base(description) {
  const colour = colours();
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { color: colour.text, fontFamily: getComputedStyle(document.body).fontFamily },
    aria: { enabled: true, label: { description } },
  };
}

/** Tooltip options; `rows(parameters)` gives {title, rows: [[colour, name, value], …]} or null. */
export function tooltip(rows, more = {}) {
  const colour = colours();
  return {
    renderMode: "html",
    className: "chart-tip",
    confine: true,
    transitionDuration: 0,
    backgroundColor: colour.surface,
    borderColor: colour.line,
    textStyle: { color: colour.text, fontSize: 12 },
    formatter: (parameters) => tipNode(rows(parameters)),
    ...more,
  };
}

// A node, not HTML text: the security policy forbids inline styles, and names may hold anything.
function tipNode(content) {
  const node = document.createElement("div");
  if (!content) return node;
  node.append(Object.assign(document.createElement("strong"), { textContent: content.title }));
  for (const [colour, name, value] of content.rows) {
    const row = document.createElement("div");
    row.className = "chart-tip-row";
    const mark = document.createElement("i");
    mark.style.background = colour || "transparent";
    row.append(mark, Object.assign(document.createElement("span"), { textContent: name }));
    row.append(Object.assign(document.createElement("b"), { textContent: value }));
    node.append(row);
  }
  return node;
}

/** The same content in a tip of one's own. */
export const fillTip = (tip, content) => tip.replaceChildren(...tipNode(content).childNodes);

/** Options of a value axis in the theme's colours. */
export function axis(type, more = {}) {
  const colour = colours();
  return {
    type,
    nameTextStyle: { color: colour.muted },
    axisLine: { onZero: false, lineStyle: { color: colour.line } },
    axisTick: { lineStyle: { color: colour.line } },
    splitLine: { lineStyle: { color: colour.line, opacity: 0.5 } },
    minorTick: { show: false },
    axisLabel: { color: colour.muted, hideOverlap: true, ...(type === "value" || type === "log" ? { formatter: short } : {}) },
    scale: true,
    ...more,
  };
}

/** JSON from this server; null when it refuses (the page says why) or is away. */
export async function load(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

export function note(name, text) {
  const place = document.querySelector(`[data-note="${name}"]`);
  if (place) place.textContent = text;
}
