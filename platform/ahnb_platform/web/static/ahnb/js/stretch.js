// Drag along x to choose a stretch of it: a veil over a finished drawing, which is not drawn anew
// while the hand moves, however much it holds.
import { echarts } from "../../vendor/echarts.js";
import { colours } from "./chart.js";

const LEAST_PIXELS = 6;
const GRID = { gridIndex: 0 };

const boundsOf = ({ x, y, width, height }) => ({ x, y, width, height });

/** Calls `then([low, high])` as the x axis counts, after a drag while `may()` holds. */
export function letStretch(chart, may, then) {
  const pointer = chart.getZr();
  const veil = new echarts.graphic.Rect({ silent: true, ignore: true, z: 100, style: { fill: "rgba(120,130,145,0.2)", lineWidth: 1 } });
  // It takes the hand, lest what lies below be lit, and drawn anew, while it passes.
  const shield = new echarts.graphic.Rect({ ignore: true, cursor: "crosshair", z: 101, style: { fill: "transparent" } });
  let from = null;
  pointer.add(veil);
  pointer.add(shield);

  const isInside = ({ offsetX, offsetY }) => may() && chart.containPixel(GRID, [offsetX, offsetY]);
  const field = () => chart.getModel().getComponent("grid", 0).coordinateSystem.getRect();

  function reached({ offsetX }) {
    const { x, width } = field();
    return Math.min(Math.max(offsetX, x), x + width);
  }

  pointer.on("mousedown", (event) => {
    if (event.event.button > 0 || !isInside(event)) return;
    event.event.preventDefault();
    from = event.offsetX;
  });
  pointer.on("mousemove", (event) => {
    if (from === null) {
      if (!event.target && isInside(event)) pointer.setCursorStyle("crosshair");
      return;
    }
    const to = reached(event);
    // Less is a click, which is for what lies below.
    if (Math.abs(to - from) < LEAST_PIXELS) return;
    const { y, height } = field();
    shield.attr({ ignore: false, shape: boundsOf(field()) });
    veil.attr({ ignore: false, shape: { x: Math.min(from, to), y, width: Math.abs(to - from), height }, style: { stroke: colours().muted } });
  });
  pointer.on("mouseup", (event) => {
    if (from === null) return;
    const ends = [from, reached(event)].sort((a, b) => a - b);
    from = null;
    veil.attr({ ignore: true });
    shield.attr({ ignore: true });
    if (ends[1] - ends[0] < LEAST_PIXELS || !may()) return;
    const [low, high] = ends.map((x) => chart.convertFromPixel(GRID, [x, field().y])[0]);
    if (high > low) then([low, high]);
  });
}
