// What every page can do: copy a snippet, switch colours, close menus, tell the time zone.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
document.cookie = `ahnb-zone=${zone}; path=/; max-age=31536000; samesite=lax`;

function switchTheme() {
  const dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
  localStorage.setItem("ahnb-theme", dark ? "light" : "dark");
  document.dispatchEvent(new CustomEvent("ahnb:choose-theme"));
}

async function copySnippet(button) {
  const code = button.closest("[data-snippet]").querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.querySelector("span").textContent = " Copied";
  } catch {
    getSelection().selectAllChildren(code);
    button.querySelector("span").textContent = " Selected: press Ctrl-C";
  }
}

/** One place up or down in a list whose order is that of its form fields. */
function moveRow(button) {
  const row = button.closest("li");
  const other = button.dataset.move < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  row.parentElement.dataset.moved = "";
  if (button.dataset.move < 0) other.before(row);
  else other.after(row);
  button.focus();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

function showControls(root) {
  for (const element of root.querySelectorAll("[data-copy], [data-theme-switch], [data-move]")) {
    element.hidden = false;
  }
  for (const element of root.querySelectorAll("[data-move]")) delete element.dataset.waits;
}

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  const mover = event.target.closest("[data-move]");
  if (mover) moveRow(mover);
  const copy = event.target.closest("[data-copy]");
  if (copy) copySnippet(copy);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details[data-menu][open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// What is kept of a page is what its address says now, which may have changed since it was loaded.
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector("[data-own-address]");
  if (field) field.value = location.search.slice(1);
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-filter-rows]")) return;
  const wanted = event.target.value.toLowerCase();
  for (const row of document.querySelectorAll(`#${event.target.dataset.filterRows} [data-row]`)) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
});

document.body.addEventListener("htmx:load", (event) => showControls(event.detail.elt));
showControls(document);
