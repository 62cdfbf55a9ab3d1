// Asks the server for points: what several charts want at one moment goes in few requests.
import { load } from "./chart.js";

const MOST_NAMES = 40;
const MOST_LETTERS = 4000;

/** A function (names, parameters) that gives {name: series}, or null where the server is away. */
export function pointsFrom(address) {
  const waiting = new Map();

  function flush() {
    for (const [key, asked] of [...waiting]) {
      waiting.delete(key);
      for (const batch of batchesOf(asked)) send(key, batch);
    }
  }

  async function send(key, batch) {
    const parameters = new URLSearchParams(key);
    new Set(batch.flatMap(({ names }) => names)).forEach((name) => parameters.append("metric", name));
    const found = (await load(`${address}?${parameters}`))?.metrics ?? null;
    for (const { names, done } of batch) done(found && Object.fromEntries(names.map((name) => [name, found[name]])));
  }

  return (names, parameters) =>
    new Promise((done) => {
      const key = new URLSearchParams({ time: "1", ...parameters }).toString();
      if (!waiting.size) setTimeout(flush);
      if (!waiting.has(key)) waiting.set(key, []);
      waiting.get(key).push({ names, done });
    });
}

/** Each batch names so many metrics, and so short, that its address is taken everywhere. */
function batchesOf(asked) {
  const batches = [];
  let [names, letters] = [Infinity, 0];
  for (const one of asked) {
    const length = encodeURIComponent(one.names.join("&metric=")).length;
    if (names + one.names.length > MOST_NAMES || letters + length > MOST_LETTERS) {
      batches.push([]);
      [names, letters] = [0, 0];
    }
    batches[batches.length - 1].push(one);
    names += one.names.length;
    letters += length;
  }
  return batches;
}
