// Puts what was logged per batch onto the axis of epochs.

/** Places between known pairs (from[i], to[i]), both rising; beyond the ends the last slope, at most one step. */
export function between(from, to, value) {
  let low = 0;
  let high = from.length - 1;
  if (high < 1) return to[0] ?? value;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle] <= value) low = middle;
    else high = middle;
  }
  const slope = (to[high] - to[low]) / (from[high] - from[low] || 1);
  return Math.min(to[low] + (value - from[low]) * slope, to[to.length - 1] + 1);
}

/**
 * A function from (step, seconds) of a batch to its place among the epochs; null without epochs.
 * Where each epoch is known to have `steps` batches, steps alone decide, so that a pause moves
 * nothing; else times do, and the first epoch begins where the batches do.
 */
export function epochClock(epochs, batches, steps) {
  if (!epochs?.t?.length) return null;
  const shift = steps > 0 && batches?.t?.length ? shiftOf(epochs, batches, steps) : null;
  if (shift !== null) return (step) => (step + 1) / steps - 1 + shift;
  const begin = batches?.t?.length ? Math.min(batches.t[0], epochs.t[0]) : epochs.t[0];
  const times = [begin, ...epochs.t];
  const places = [epochs.x[0] - 1, ...epochs.x];
  return (step, seconds) => between(times, places, seconds);
}

/** The number of the first epoch, if every epoch ended where `steps` batches each say; else null. */
function shiftOf(epochs, batches, steps) {
  let seen = 0;
  const shifts = epochs.x.map((epoch, place) => {
    while (seen + 1 < batches.t.length && batches.t[seen + 1] <= epochs.t[place]) seen += 1;
    return epoch + 1 - (batches.x[seen] + 1) / steps;
  });
  const shift = Math.round(Math.min(...shifts));
  // Of a thinned series only each bucket's first step is known.
  const slack = 0.25 + 2 * (gap(batches.x) / steps + gap(epochs.x));
  return shifts.every((one) => Math.abs(one - shift) <= slack) ? shift : null;
}

/** How many steps are left out between two points, in the mean. */
const gap = (x) => (x[x.length - 1] - x[0] + 1) / x.length - 1;

/** Exponential moving average with correction of the start; gaps stay gaps. */
export function smoothed(values, weight) {
  let sum = 0;
  let mass = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = sum * weight + value * (1 - weight);
    mass = mass * weight + (1 - weight);
    return sum / mass;
  });
}
