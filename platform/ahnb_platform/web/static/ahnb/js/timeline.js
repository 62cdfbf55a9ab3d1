// Puts what was logged per batch onto the axis of epochs, by the times at which both were logged.

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

/** A function from seconds to epochs; the first epoch begins where the batches do. Null without epochs. */
export function epochClock(epochs, batches) {
  if (!epochs?.t?.length) return null;
  const begin = batches?.t?.length ? Math.min(batches.t[0], epochs.t[0]) : epochs.t[0];
  const times = [begin, ...epochs.t];
  const places = [epochs.x[0] - 1, ...epochs.x];
  return (seconds) => between(times, places, seconds);
}

/** The steps of a series that lie within a stretch of epochs, one more on either side. */
export function stepsWithin(series, clock, [low, high]) {
  const places = series.t.map(clock);
  const first = places.findIndex((place) => place >= low);
  const after = places.findIndex((place) => place > high);
  const steps = series.x;
  return [steps[Math.max((first < 0 ? steps.length : first) - 1, 0)], after < 0 ? "" : steps[after]];
}

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
