// The parts of ECharts that the pages draw with; bundled by scripts/vendor.py into one file.
import * as echarts from "echarts/core";
import { LineChart, ParallelChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  AxisPointerComponent,
  BrushComponent,
  GridComponent,
  MarkLineComponent,
  MarkPointComponent,
  ParallelComponent,
  TitleComponent,
  ToolboxComponent,
  TooltipComponent,
} from "echarts/components";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

echarts.use([
  AriaComponent,
  AxisPointerComponent,
  BrushComponent,
  CanvasRenderer,
  GridComponent,
  LabelLayout,
  LineChart,
  MarkLineComponent,
  MarkPointComponent,
  ParallelChart,
  ParallelComponent,
  TitleComponent,
  ScatterChart,
  SVGRenderer,
  ToolboxComponent,
  TooltipComponent,
]);

export { echarts };
export const { connect, disconnect, getInstanceByDom, init } = echarts;
