// Suggestions below the filter: a combobox with a list, as ARIA 1.2 has it.
const SETTLE_MILLISECONDS = 120;
const input = document.querySelector("input[data-complete]");

if (input) completeIn(input);

function completeIn(field) {
  const list = document.getElementById(field.dataset.list);
  let found = { start: 0, end: 0, suggestions: [] };
  let chosen = -1;
  let asked = 0;
  let timer = 0;

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  close();

  function close() {
    clearTimeout(timer);
    asked += 1;
    chosen = -1;
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function point(index) {
    chosen = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = list.children[index];
    if (!option) return;
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(index) {
    const { text } = found.suggestions[index];
    const after = field.value.slice(found.end);
    const added = after.startsWith(" ") ? text : `${text} `;
    field.setRangeText(added, found.start, found.end, "end");
    field.focus();
    close();
    ask();
  }

  function optionOf(one, index) {
    const option = document.createElement("li");
    option.id = `${list.id}-${index}`;
    option.role = "option";
    const label = document.createElement("span");
    label.className = "mono";
    label.textContent = one.label;
    const kind = document.createElement("span");
    kind.className = "text-secondary";
    kind.textContent = one.detail || one.kind;
    option.append(label, kind);
    // The input keeps the focus, and the list its place until the click is over.
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("click", () => take(index));
    return option;
  }

  function show(answer) {
    found = answer;
    list.replaceChildren(...found.suggestions.map(optionOf));
    const [first] = found.suggestions;
    const isWritten = found.suggestions.length === 1 && first.text === field.value.slice(found.start, found.end);
    const isOpen = found.suggestions.length > 0 && !isWritten && document.activeElement === field;
    chosen = -1;
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
    field.removeAttribute("aria-activedescendant");
  }

  function ask() {
    clearTimeout(timer);
    timer = setTimeout(fetchFor, SETTLE_MILLISECONDS);
  }

  async function fetchFor() {
    const mine = (asked += 1);
    // The server counts characters, JavaScript counts units of UTF-16.
    const text = field.value;
    const units = (count) => [...text].slice(0, count).join("").length;
    const at = [...text.slice(0, field.selectionStart)].length;
    const parameters = new URLSearchParams({ q: text, at });
    const answer = await fetch(`${field.dataset.complete}?${parameters}`).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const told = await answer.json();
    if (mine === asked && text === field.value) show({ ...told, start: units(told.start), end: units(told.end) });
  }

  field.addEventListener("input", ask);
  field.addEventListener("blur", close);
  field.form.addEventListener("submit", close);
  field.addEventListener("keydown", (event) => {
    const { length } = found.suggestions;
    if (event.isComposing) return;
    if (list.hidden) {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        fetchFor();
      }
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(chosen < 0 && step < 0 ? length - 1 : (chosen + step + length) % length);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && chosen < 0) {
      close();
    } else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey && chosen >= 0)) {
      event.preventDefault();
      take(chosen);
    }
  });
}
