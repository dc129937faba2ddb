import {
  BarChart,
  type BarSeriesOption,
  LineChart,
  type LineSeriesOption,
  ScatterChart,
  type ScatterSeriesOption,
} from 'echarts/charts';
import {
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from 'echarts/components';
import { type ComposeOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

/** What charts of the console may be made of. */
export type ChartOption = ComposeOption<
  | BarSeriesOption
  | LineSeriesOption
  | ScatterSeriesOption
  | GridComponentOption
  | LegendComponentOption
  | TooltipComponentOption
>;

/** Draws into an element, and again when its size or the theme changes. Returns the way to stop. */
export function draw(
  element: HTMLElement,
  option: () => ChartOption,
  onThemeChange: (redraw: () => void) => () => void,
): () => void {
  const chart = init(element, null, { renderer: 'svg' });
  // Text of a tooltip is drawn: as HTML it would carry styles that the content security policy refuses.
  const redraw = () => chart.setOption({ animation: false, tooltip: { renderMode: 'richText' }, ...option() }, true);
  redraw();
  const size = new ResizeObserver(() => chart.resize());
  size.observe(element);
  const stopListening = onThemeChange(redraw);
  return () => {
    stopListening();
    size.disconnect();
    chart.dispose();
  };
}
