// Runs that were drawn once need not be sent again: an answer names their places (runs/pages/known.py).

/** A function like `load`, which remembers the last data that came whole and asks for the rest alone. */
export function knownRuns(load) {
  let base = null;
  return async (address) => {
    // An answer builds on what was known when it was asked for, whatever comes meanwhile.
    const known = base;
    const answer = await load(known ? `${address}&${new URLSearchParams({ base: known.query, tag: known.data.tag })}` : address);
    if (answer?.places) return whole(answer, known.data);
    if (answer) base = { query: address.split("?")[1] ?? "", data: answer };
    return answer;
  };
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
