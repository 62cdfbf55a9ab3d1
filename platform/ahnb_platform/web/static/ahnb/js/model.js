// The graph of a model: a box shows its row in the table of layers, + and − change the size.

const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;

/** Without the table on the page, or with a key that opens a tab, the link itself is followed. */
function follow(event, link, target) {
  if (!plain(event) || !document.querySelector(target)) return;
  event.preventDefault();
  htmx.ajax("GET", link.getAttribute("href").split("#")[0], { target, swap: "outerHTML" });
}

function zoom(button) {
  const graph = button.closest(".graph-part").querySelector(".graph");
  const [, , width, height] = graph.getAttribute("viewBox").split(" ").map(Number);
  const wanted = graph.width.baseVal.value * Number(button.dataset.zoom);
  const next = Math.min(Math.max(wanted, width / 8), width * 4);
  graph.setAttribute("width", next);
  graph.setAttribute("height", (next / width) * height);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("a[data-layer]");
  if (box) follow(event, box, "#layers");
  const inner = event.target.closest("a[data-graph]");
  if (inner) follow(event, inner, "#graph");
  const button = event.target.closest("[data-zoom]");
  if (button) zoom(button);
});
