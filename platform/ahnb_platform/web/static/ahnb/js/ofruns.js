// Runs among columns, in words: what a drawing tells of the one below the hand, and its table.
import { plain, shown } from "./chart.js";

/** The tooltip of a run: its name and state, and its values. */
export function tipOf({ data, named }, columns, run) {
  return { title: `${named(run)} (${data.runs.status[run]})`, rows: columns.map((column) => [null, column.label, shown(column, run)]) };
}

/** To the page of a run, where it has one. */
export const goTo = (address) => address && location.assign(address);

/** The chosen runs of a drawing with their values, as a file has them. */
export function tableOf({ data, chosen, addressOf, named }, columns, isDrawn = () => true) {
  if (!data) return { head: [], rows: [] };
  const runs = [...data.rank.keys()].filter((run) => chosen[run] && isDrawn(run));
  return { head: ["run", ...columns.map((column) => column.key)], rows: runs.map((run) => [{ text: named(run), href: addressOf(run) }, ...columns.map((column) => plain(column, run))]) };
}
