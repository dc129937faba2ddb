import { drawSvg } from '../../cli/charts.ts';
import type { ReportChart } from './section.ts';

const FRAME = {
  // A page may be dark: a chart brings its own paper.
  backgroundColor: '#ffffff',
  grid: { left: 70, right: 20, top: 40, bottom: 50 },
  legend: { top: 5 },
};

type Series = Readonly<Record<string, readonly (number | null)[]>>;

/** Lines or bars over named places. */
export function overPlaces(
  kind: 'line' | 'bar',
  says: string,
  given: { places: readonly string[]; series: Series; x: string; y: string },
): ReportChart {
  const svg = drawSvg({
    ...FRAME,
    xAxis: { type: 'category', data: [...given.places], name: given.x, nameLocation: 'middle', nameGap: 30 },
    yAxis: { type: 'value', name: given.y },
    series: Object.entries(given.series).map(([name, data]) => ({
      type: kind,
      name,
      data: data.map(rounded),
      showSymbol: false,
    })),
  });
  return { says, svg };
}

/** Lines through points, each an x and a y. */
export function throughPoints(
  says: string,
  given: {
    series: Readonly<Record<string, readonly (readonly [number, number])[]>>;
    x: string;
    y: string;
    step?: boolean;
    most?: number;
  },
): ReportChart {
  const svg = drawSvg({
    ...FRAME,
    xAxis: { type: 'value', name: given.x, nameLocation: 'middle', nameGap: 30, scale: true },
    yAxis: { type: 'value', name: given.y, ...(given.most !== undefined && { min: 0, max: given.most }) },
    series: Object.entries(given.series).map(([name, points]) => ({
      type: 'line',
      name,
      ...(given.step && { step: 'end' }),
      showSymbol: !given.step && points.length < 30,
      data: points.map(([x, y]) => [rounded(x), rounded(y)]),
    })),
  });
  return { says, svg };
}

/** Coordinates of a picture need no more digits, and a file without them is half as long. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(5));
}
