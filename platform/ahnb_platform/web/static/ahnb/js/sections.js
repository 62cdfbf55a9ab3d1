// Sections of charts: folded as they were left, and only what a name was looked for.

/** Folds sections as they were in this project before, and remembers how they are left. */
export function rememberFolds(project) {
  const key = `ahnb-sections:${project}`;
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(key)) || {};
    } catch {
      return {};
    }
  };
  document.addEventListener("click", ({ target }) => {
    const section = target.closest?.("summary")?.parentElement;
    // The click is on its way: what is open now will be folded.
    if (section?.dataset.section !== undefined) localStorage.setItem(key, JSON.stringify({ ...read(), [section.dataset.section]: !section.open }));
  });
  return (sections) => {
    const folds = read();
    for (const section of sections) if (Object.hasOwn(folds, section.dataset.section)) section.open = folds[section.dataset.section] === true;
  };
}

/** Shows the cards of which a name holds `words`; everything as it was before for "". */
export function showFound(words, namesOf) {
  const wanted = words.trim().toLowerCase();
  let [found, all] = [0, 0];
  for (const section of document.querySelectorAll("[data-section]")) {
    const cards = [...section.querySelectorAll("[data-card]")];
    const hits = cards.filter((card) => !(card.hidden = !namesOf(card).some((name) => name.toLowerCase().includes(wanted))));
    all += cards.length;
    found += hits.length;
    section.hidden = !hits.length;
    if (wanted) {
      section.dataset.wasOpen ??= section.open ? "1" : "";
      section.open = true;
    } else if (section.dataset.wasOpen !== undefined) {
      section.open = section.dataset.wasOpen === "1";
      delete section.dataset.wasOpen;
    }
  }
  return wanted ? `${found.toLocaleString("en")} of ${all.toLocaleString("en")} charts` : "";
}

/**
 * Puts what `fresh` (a page's charts, made now) has more into this page, at its place; what is
 * there already stays as it is. `taken(card, group)` hears of each, new or known by its title.
 */
export function mergeCharts(fresh, groups, taken) {
  for (const id of ["chart-cards", "system-cards"]) {
    const here = document.getElementById(id);
    let before = null;
    for (const section of fresh.querySelectorAll(`#${id} > [data-section]`)) {
      const known = [...here.children].find((one) => one.dataset.section === section.dataset.section);
      if (known) mergeSection(known, section, groups, taken);
      else {
        section.querySelectorAll("[data-card]").forEach((card) => taken(card, groupOf(card, groups), true));
        if (before) before.after(section);
        else here.prepend(section);
      }
      before = known ?? section;
    }
  }
  document.getElementById("no-charts")?.remove();
}

const titleOf = (card) => card.querySelector("h3").textContent;
const groupOf = (card, groups) => groups[Number(card.querySelector("[data-group]").dataset.group)];

function mergeSection(known, section, groups, taken) {
  const here = known.querySelector(".run-charts");
  const cards = new Map([...here.children].map((card) => [titleOf(card), card]));
  let before = null;
  for (const card of section.querySelectorAll("[data-card]")) {
    const old = cards.get(titleOf(card));
    const group = groupOf(card, groups);
    if (!old) {
      if (before) before.after(card);
      else here.prepend(card);
    }
    taken(old ?? card, group, !old);
    before = old ?? card;
  }
  known.querySelector("[data-section-count]").replaceWith(section.querySelector("[data-section-count]"));
  known.querySelector(".section-table tbody").replaceWith(section.querySelector(".section-table tbody"));
}
