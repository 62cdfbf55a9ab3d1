// The panel with the table of runs, which the server renews: found, asked for, and met again.

export const panel = () => document.getElementById("runs-panel");

// The address asked for last; the answer to an older one is not shown.
let wanted = "";

/** Renew the panel from an address, which becomes the page's own. */
export function go(address) {
  wanted = address;
  window.htmx.ajax("GET", address, { target: "#runs-panel", swap: "outerHTML" });
}

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt, path } = detail.requestConfig;
  if (elt === document.body && path !== wanted) detail.shouldSwap = false;
  if (detail.shouldSwap && detail.target.id === "runs-panel") emptyRows(detail.target);
});

/**
 * The old rows go at once: htmx takes leave of each element with two events that climb the whole
 * page, which takes longer than showing the new rows. Not from under somebody who is in them.
 */
function emptyRows(old) {
  for (const body of old.querySelectorAll("tbody")) if (!body.contains(document.activeElement)) body.replaceChildren();
}

/** The same for a changed address of this page, from the first page of the table on. */
export function move(change) {
  const parameters = new URLSearchParams(location.search);
  parameters.delete("cursor");
  change(parameters);
  go(`${location.pathname}?${parameters}`);
}

/** Call `then` each time the panel was renewed. */
export function onRenewed(then) {
  document.body.addEventListener("htmx:afterSettle", (event) => event.detail.elt.id === "runs-panel" && then());
}
