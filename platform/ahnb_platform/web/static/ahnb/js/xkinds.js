// What a run's charts may be drawn over: steps, epochs, time since its start, date and time.
import { axis, short } from "./chart.js";
import { between, epochClock } from "./timeline.js";

const NATIVE = { epoch: "epoch", step: "step", time: "wall" };

/** What a chart is drawn over: as asked where all its series can be placed there, else as logged. */
export function kindOf(group, asked, clocks) {
  const units = new Set(group.series.map((series) => series.unit));
  const logged = NATIVE[["epoch", "step", "time"].find((unit) => units.has(unit))];
  const fits = (kind) => [...units].every((unit) => placer(unit, kind, clocks));
  return [asked, logged, "step", "wall"].find((kind) => kind && fits(kind));
}

/**
 * A function (x, seconds) to the place of a point of a series in `unit`; null where none is known.
 * Places of wall time are milliseconds, of relative time seconds since the run's start.
 */
export function placer(unit, kind, clocks) {
  if (kind === "wall") return (_, seconds) => seconds * 1000;
  if (kind === "relative") return (_, seconds) => seconds - clocks.started;
  if (kind === unit) return (x) => x;
  if (kind === "epoch") return (unit === "step" ? clocks.epochOfStep : clocks.epochAt) ?? null;
  return clocks.stepAt ?? null;
}

/** How steps, epochs and times of a run belong together; `epochs` and `batches` are series with times. */
export function clocksOf({ started, steps, epochs, batches }) {
  const times = epochs?.t?.length ? epochClock(epochs, batches, null) : null;
  const epochOfStep = epochClock(epochs, batches, steps);
  return {
    started,
    epochs,
    batches,
    epochOfStep,
    epochAt: times && ((_, seconds) => times(0, seconds)),
    stepAt: batches?.t?.length > 1 ? (_, seconds) => between(batches.t, batches.x, seconds) : null,
  };
}

/** The places of a series' points, and of what in it is not finite. */
export function placesOf(series, unit, kind, clocks) {
  const place = placer(unit, kind, clocks);
  const times = unit === "time" ? series.x : series.t;
  const x = series.x.map((step, at) => place(step, times[at]));
  const odd = series.nonfinite.map(([step]) => (kind === unit ? step : unit === "time" ? place(step, step) : inside(series.x, x, step)));
  return { x, odd };
}

const inside = (from, to, value) => (from.length ? between(from, to, value) : value);

/** From where to where the server is to be asked, lest a point between two places be missed. */
export function limitsOf([low, high], series, unit, kind, clocks) {
  if (kind === unit) return [Math.max(Math.floor(low), 0), Math.max(Math.ceil(high), 0)];
  if (unit === "time" && kind === "wall") return [low / 1000, high / 1000];
  if (unit === "time" && kind === "relative") return [low + clocks.started, high + clocks.started];
  if (!series?.x.length) return ["", ""];
  const { x } = placesOf(series, unit, kind, clocks);
  const first = x.findIndex((place) => place >= low);
  const after = x.findIndex((place) => place > high);
  const last = series.x.length - 1;
  return [series.x[Math.max((first < 0 ? last + 1 : first) - 1, 0)], after < 0 ? "" : series.x[after]];
}

/** A value of an epoch stands where the epoch ended; what lies between two ends belongs to the later one. */
export function xAxis(kind, range) {
  const common = { nameLocation: "middle", nameGap: 20, splitLine: { show: false }, min: range ? range[0] : "dataMin", max: range ? range[1] : "dataMax" };
  if (kind === "wall") return axis("time", range ? common : { ...common, min: ({ min, max }) => min - instant(min, max), max: ({ min, max }) => max + instant(min, max) });
  if (kind === "relative") return axis("value", { ...common, name: "since the start", axisLabel: { ...axis("value").axisLabel, formatter: span } });
  const isEpoch = kind === "epoch";
  const value = axis("value", { ...common, name: isEpoch ? "end of epoch" : kind, ...(range ? {} : { minInterval: 1 }) });
  if (isEpoch) value.axisLabel.formatter = (epoch) => (epoch < 0 ? "start" : short(epoch));
  return value;
}

/** What a single moment is widened by on each side, lest it stand in the middle of a day. */
const instant = (min, max) => (min === max ? 30_000 : 0);

/** Seconds as "1 h 05 min". */
export function span(seconds) {
  const size = Math.abs(seconds);
  if (size < 60) return `${short(Number(seconds.toPrecision(4)))} s`;
  const sign = seconds < 0 ? "−" : "";
  const [minutes, rest] = [Math.floor(size / 60), Math.round(size % 60)];
  if (minutes < 60) return `${sign}${minutes} min${rest ? ` ${String(rest).padStart(2, "0")} s` : ""}`;
  return `${sign}${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${String(minutes % 60).padStart(2, "0")} min` : ""}`;
}

export function placeInWords(x, kind) {
  if (kind === "wall") return new Date(x).toLocaleString();
  if (kind === "relative") return `${span(x)} after the start`;
  if (kind !== "epoch") return `${kind} ${short(Math.round(x * 100) / 100)}`;
  return `${Number.isInteger(x) ? "end of" : "during"} epoch ${short(Math.max(Math.ceil(x), 0))}`;
}
