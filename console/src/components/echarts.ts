import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { ChartOption } from '../../../core/charts/chart-option.ts';

use([
  BarChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
  SVGRenderer,
]);

/** Draws into an element, and again when its size or the theme changes. Returns the way to stop. */
export function draw(
  element: HTMLElement,
  option: () => ChartOption,
  onThemeChange: (redraw: () => void) => () => void,
): () => void {
  const chart = init(element, null, { renderer: 'svg' });
  // Text of a tooltip is drawn: as HTML it would carry styles that the content security policy refuses.
  const redraw = () => {
    const { tooltip, ...rest } = option();
    chart.setOption({ animation: false, ...rest, tooltip: { ...tooltip, renderMode: 'richText' } }, true);
  };
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
