// Runs that were drawn once need not be sent again: an answer names their places (runs/pages/known.py).

/** Remembers the last data that came whole, and completes answers that build on it. */
export function knownRuns() {
  let base = null;

  /** `address` with what is known already, so that the answer can be short. */
  function asking(address) {
    return base ? `${address}&${new URLSearchParams({ base: base.query, tag: base.data.tag })}` : address;
  }

  /** The data of an answer to `address`, whole. */
  function completed(address, answer) {
    if (answer?.places) return whole(answer, base.data);
    if (answer) base = { query: address.split("?")[1] ?? "", data: answer };
    return answer;
  }

  return { asking, completed };
}

function whole(answer, base) {
  const axes = new Map([...base.columns, base.objective].filter(Boolean).map((axis) => [axis.key, axis]));
  const joined = (old, values) => {
    let next = 0;
    return answer.places.map((place) => (place === null ? values[next++] : old[place]));
  };
  const complete = (axis) => (axis?.isKnown ? { ...axis, values: joined(inWordsOf(axis, axes.get(axis.key)), axis.values) } : axis);
  const runs = Object.entries(answer.runs).map(([name, values]) => [name, joined(base.runs[name], values)]);
  return { ...answer, runs: Object.fromEntries(runs), columns: answer.columns.map(complete), objective: complete(answer.objective) };
}

/** The old values; of categories, which are numbered anew in each answer, by the new numbers. */
function inWordsOf(axis, old) {
  if (axis.type !== "category") return old.values;
  const places = new Map(axis.categories.map((text, place) => [text, place]));
  return old.values.map((place) => (place === null ? null : places.get(old.categories[place]) ?? null));
}
