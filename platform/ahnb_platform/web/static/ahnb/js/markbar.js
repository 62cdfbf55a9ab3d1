// What is marked on a chart, to be reached by mouse and keyboard: each mark names itself.
import { fillTip } from "./chart.js";

const APART = 22;
const MOST_ROWS = 6;
const SIGNS = { note: "✎", finding: "!", odd: "▲" };
const WORDS = { note: ["note", "notes"], finding: ["finding", "findings"], odd: ["point that is not finite", "points that are not finite"] };

/** Puts marks that lie within `APART` pixels together; `marks` is [{kind, left, title, text, id}]. */
function clustersOf(marks) {
  const clusters = [];
  for (const mark of [...marks].sort((a, b) => a.left - b.left)) {
    const last = clusters[clusters.length - 1];
    if (last && mark.left - last.left < APART) last.marks.push(mark);
    else clusters.push({ left: mark.left, marks: [mark] });
  }
  return clusters;
}

/** A bar of marks over a chart; gives a function that draws it anew. */
export function markBarIn(host, title) {
  const bar = Object.assign(document.createElement("div"), { className: "chart-marks", role: "toolbar", ariaLabel: `Marks of ${title}` });
  const tip = Object.assign(document.createElement("div"), { className: "chart-tip mark-tip", hidden: true });
  host.append(bar, tip);
  let known = "";

  function show(button, cluster) {
    fillTip(tip, { title: headOf(cluster), rows: rowsOf(cluster) });
    tip.hidden = false;
    const room = host.clientWidth - tip.offsetWidth;
    tip.style.transform = `translate(${Math.max(Math.min(cluster.left - tip.offsetWidth / 2, room), 0)}px, 26px)`;
  }
  const hide = () => {
    tip.hidden = true;
  };

  function buttonOf(cluster, place) {
    const kind = cluster.marks.some((mark) => mark.kind === "finding") ? "finding" : cluster.marks[0].kind;
    const button = Object.assign(document.createElement("button"), { type: "button", className: `chart-mark chart-mark-${kind}`, tabIndex: place ? -1 : 0 });
    button.textContent = cluster.marks.length > 1 ? String(cluster.marks.length > 99 ? "99+" : cluster.marks.length) : SIGNS[kind];
    button.ariaLabel = nameOf(cluster);
    button.style.left = `${cluster.left}px`;
    for (const event of ["mouseenter", "focus"]) button.addEventListener(event, () => show(button, cluster));
    for (const event of ["mouseleave", "blur"]) button.addEventListener(event, hide);
    button.addEventListener("click", () => goTo(cluster));
    return button;
  }

  bar.addEventListener("keydown", (event) => {
    const stride = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") hide();
    if (!stride) return;
    const buttons = [...bar.children];
    const next = buttons[buttons.indexOf(event.target) + stride];
    event.preventDefault();
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  return (marks) => {
    const clusters = clustersOf(marks);
    const drawn = JSON.stringify(clusters);
    if (drawn === known) return;
    known = drawn;
    const focused = [...bar.children].indexOf(document.activeElement);
    hide();
    bar.replaceChildren(...clusters.map(buttonOf));
    if (focused >= 0) bar.children[Math.min(focused, clusters.length - 1)]?.focus();
  };
}

function goTo({ marks }) {
  const noted = marks.find((mark) => mark.id && document.getElementById(`note-${mark.id}`));
  if (noted) location.hash = `note-${noted.id}`;
}

const headOf = ({ marks }) => (marks.length === 1 ? marks[0].title : countOf(marks));

const countOf = (marks) =>
  Object.entries(WORDS)
    .map(([kind, [one, many]]) => [marks.reduce((sum, mark) => sum + (mark.kind === kind ? (mark.count ?? 1) : 0), 0), one, many])
    .filter(([count]) => count)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
    .join(", ");

function rowsOf({ marks }) {
  if (marks.length === 1) return marks[0].text ? [[null, marks[0].text, ""]] : [];
  const rows = marks.slice(0, MOST_ROWS).map(({ title, text }) => [null, text ? `${title}: ${text}` : title, ""]);
  return marks.length > MOST_ROWS ? [...rows, [null, `and ${marks.length - MOST_ROWS} more`, ""]] : rows;
}

function nameOf(cluster) {
  const words = rowsOf(cluster).map(([, words]) => words);
  return [headOf(cluster), ...words].join(". ");
}
