// What colours and shapes say in a scatterplot, and the legend that tells it.
import { categoryColours, colours, rankColour, short } from "./chart.js";

const SHAPES = ["circle", "rect", "triangle", "diamond", "path://M4 0h4v4h4v4h-4v4h-4v-4h-4v-4h4z", "path://M6 0l1.6 4.2H12L8.6 7l1.2 5L6 9.2 2.2 12l1.2-5L0 4.2h4.4z"];
const SIGNS = ["●", "■", "▲", "◆", "✚", "★"];
const OTHER = { shape: "pin", sign: "⬮" };

const columnOf = (data, side) => data.columns.find((column) => column.key === data[side]);

/** A run's colour: by the column that was asked for, else by its rank. */
export function paletteOf(data) {
  const column = columnOf(data, "colour");
  if (!column) return (run) => rankColour(data.rank[run]);
  if (column.type === "category") {
    const paints = categoryColours();
    return (run) => (column.values[run] === null ? colours().none : paints[column.values[run] % paints.length]);
  }
  const place = placing(column);
  return (run) => rankColour(column.values[run] === null ? null : place(column.values[run]));
}

/** Where a value lies between the ends of its column, 0 to 1; the better end of a metric is 1. */
function placing(column) {
  const [low, high] = endsOf(column);
  const scale = column.log ? Math.log : (value) => value;
  const span = scale(high) - scale(low) || 1;
  return (value) => {
    const share = (scale(value) - scale(low)) / span;
    return column.direction === "min" ? 1 - share : share;
  };
}

function endsOf(column) {
  const known = column.values.filter((value) => value !== null);
  return [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
}

/** A run's shape: by the category that was asked for. */
export function shapeOf(data) {
  const column = columnOf(data, "mark");
  if (column?.type !== "category") return () => "circle";
  return (run) => SHAPES[column.values[run]] ?? OTHER.shape;
}

/** Fill the legend `data-legend=NAME`. */
export function legend(name, data) {
  const place = document.querySelector(`[data-legend="${name}"]`);
  if (!place) return;
  const parts = [...colourParts(columnOf(data, "colour")), ...shapeParts(columnOf(data, "mark"))];
  place.replaceChildren(...parts);
  place.hidden = !parts.length;
}

const word = (text, className = "") => Object.assign(document.createElement("span"), { textContent: text, className });

function colourParts(column) {
  if (!column) return [];
  if (column.type === "category") {
    const paints = categoryColours();
    return [word(`${column.label}:`), ...column.categories.map((text, place) => marked(text, "●", paints[place % paints.length]))];
  }
  const scale = Object.assign(document.createElement("i"), { className: "legend-scale" });
  scale.ariaHidden = "true";
  const ends = column.direction === "min" ? endsOf(column).reverse() : endsOf(column);
  const say = column.time ? (value) => new Date(value * 1000).toLocaleDateString() : short;
  return [word(`${column.label}:`), word(say(ends[0])), scale, word(say(ends[1]))];
}

function shapeParts(column) {
  if (column?.type !== "category") return [];
  const shown = column.categories.slice(0, SHAPES.length).map((text, place) => marked(text, SIGNS[place]));
  return [word(`${column.label}:`), ...shown, ...(column.categories.length > SHAPES.length ? [marked("others", OTHER.sign)] : [])];
}

function marked(text, sign, colour = "") {
  const node = word("", "legend-item");
  const mark = Object.assign(document.createElement("i"), { textContent: sign });
  mark.style.color = colour;
  node.append(mark, ` ${text}`);
  return node;
}
