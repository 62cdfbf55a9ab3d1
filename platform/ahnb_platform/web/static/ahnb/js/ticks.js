// Where an axis has its marks, when it must leave room for runs that have no value on it.

const FEW_VALUES = 6;

/** Round numbers from `low` to `high`, about `count` of them; powers of ten on a logarithmic axis. */
function ticksOf(low, high, isLog, count = 5) {
  if (low === high) return [low];
  return isLog ? powers(low, high, count) : steps(low, high, count);
}

function steps(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) || rough;
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) found.push(Number((at * step).toPrecision(12)));
  return found;
}

function powers(low, high, count) {
  const from = Math.ceil(Math.log10(low) - 1e-9);
  const to = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((to - from) / count));
  const found = [];
  for (let power = from; power <= to; power += every) found.push(Number(`1e${power}`));
  return found.length > 1 ? found : [low, high];
}

/**
 * The span of a column on a drawn axis: {min, max, ticks, missing}. `missing` is a place at the
 * axis' foot, beyond all values, where runs without one are drawn; null where every run has one.
 * An axis that is inverted has its large values at its foot.
 */
export function spanOf(values, isLog, isInverted = false) {
  const known = values.filter((value) => value !== null);
  const low = known.reduce((a, b) => Math.min(a, b), Infinity);
  const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
  const [min, max] = widened(low, high, isLog);
  const ticks = ticksAt(known, min, max, isLog);
  if (known.length === values.length) return { min, max, ticks, missing: null };
  const room = isLog ? (max / min) ** 0.14 : (max - min) * 0.14;
  if (isInverted) {
    const beyond = isLog ? max * room : max + room;
    return { min, max: beyond, ticks, missing: beyond };
  }
  const below = isLog ? min / room : min - room;
  return { min: below, max, ticks, missing: below };
}

/** Of few different values each has a mark of its own; whole numbers have none between them. */
function ticksAt(known, min, max, isLog) {
  const distinct = new Set();
  for (const value of known) if (distinct.add(value).size > FEW_VALUES) break;
  if (distinct.size <= FEW_VALUES) return [...distinct];
  const ticks = ticksOf(min, max, isLog);
  return known.every(Number.isInteger) ? ticks.filter(Number.isInteger) : ticks;
}

/** Equal values stand in the middle of an axis that has some length. */
function widened(low, high, isLog) {
  if (low < high) return [low, high];
  if (isLog) return [low / 10, high * 10];
  const room = Math.abs(low) || 1;
  return [low - room / 2, high + room / 2];
}
