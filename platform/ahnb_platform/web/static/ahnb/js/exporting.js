// Every chart as a picture, as numbers in a file, and as a table to read.
import { init } from "../../vendor/echarts.js";
import { colours } from "./chart.js";

const MOST_ROWS = 2000;
const TITLE_PIXELS = 30;
// Signs with which a spreadsheet begins to compute (CWE-1236).
const FORMULA = /^[=+\-@\t\r]/;

/**
 * Wires the tools of a chart's card: the menu `data-export-of=ID`, and the table `data-table-of=ID`.
 * `table()` gives what is drawn as {head: [text, …], rows: [[text or number or {text, href}, …], …]};
 * `toRead()` the same in fewer rows, for the page.
 */
export function exportable(chart, element, table, toRead = table) {
  const id = element.id || element.dataset.group;
  const menu = document.querySelector(`[data-export-of="${id}"]`);
  if (menu) {
    delete menu.dataset.waits;
    menu.addEventListener("click", (event) => {
      const kind = event.target.closest("[data-export]")?.dataset.export;
      if (!kind) return;
      menu.open = false;
      save(kind, chart, element, table);
    });
  }
  const place = document.querySelector(`[data-table-of="${id}"]`);
  if (!place) return;
  delete place.dataset.waits;
  const fill = () => place.open && show(place, toRead());
  place.addEventListener("toggle", fill);
  chart.on("finished", fill);
}

function save(kind, chart, element, table) {
  const title = element.closest(".card").querySelector("h2, h3").textContent.trim();
  const name = `${document.title.split(" · ")[0]} ${title} ${new Date().toISOString().slice(0, 10)}`.replace(/[^\p{L}\p{N}.-]+/gu, "-");
  if (kind === "csv") return download(new Blob([csv(table())], { type: "text/csv" }), `${name}.csv`);
  if (kind === "svg") return download(new Blob([svg(chart, element, title)], { type: "image/svg+xml" }), `${name}.svg`);
  return png(chart, element, title, (blob) => download(blob, `${name}.png`));
}

/** The chart once more, larger by a title, without tools and tips. */
function copyOf(chart, element, title, settings) {
  const colour = colours();
  const option = chart.getOption();
  const copy = init(settings.ssr ? null : document.createElement("div"), null, { width: element.clientWidth, height: element.clientHeight + TITLE_PIXELS, ...settings });
  const lower = (part) => ({ ...part, top: (Number(part.top) || 0) + TITLE_PIXELS });
  copy.setOption({
    ...option,
    animation: false,
    backgroundColor: colour.surface,
    title: [...(option.title || []), { text: title, left: 12, top: 8, textStyle: { fontSize: 14, color: colour.text } }],
    ...(option.grid ? { grid: option.grid.map(lower) } : {}),
    ...(option.parallel ? { parallel: option.parallel.map(lower) } : {}),
    brush: [],
    tooltip: [],
  });
  return copy;
}

function svg(chart, element, title) {
  const copy = copyOf(chart, element, title, { renderer: "svg", ssr: true });
  const text = copy.renderToSVGString();
  copy.dispose();
  return text;
}

function png(chart, element, title, done) {
  const copy = copyOf(chart, element, title, { renderer: "canvas", devicePixelRatio: 2 });
  copy.getZr().flush();
  copy.renderToCanvas({ pixelRatio: 2, backgroundColor: colours().surface }).toBlob((blob) => {
    copy.dispose();
    done(blob);
  });
}

function csv({ head, rows }) {
  const cell = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = typeof value === "object" ? value.text : String(value);
    const safe = FORMULA.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
}

function download(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const make = (tag, fields, ...children) => {
  const node = Object.assign(document.createElement(tag), fields);
  node.append(...children);
  return node;
};

function show(place, { head, rows }) {
  const body = rows.slice(0, MOST_ROWS).map((row) => make("tr", {}, ...row.map(tableCell)));
  const table = make("table", { className: "table table-dense" }, make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))), make("tbody", {}, ...body));
  const parts = rows.length > MOST_ROWS ? [table, make("p", { className: "chart-foot" }, `The first ${MOST_ROWS} of ${rows.length} rows; the CSV has all.`)] : [table];
  place.querySelector("[data-table-body]").replaceChildren(...parts);
}

function tableCell(value, place) {
  const node = make(place ? "td" : "th", typeof value === "number" ? { className: "num" } : {});
  if (!place) node.scope = "row";
  if (value?.href) node.append(make("a", { href: value.href }, value.text));
  else node.append(value === null || value === undefined ? "–" : String(value?.text ?? value));
  return node;
}
