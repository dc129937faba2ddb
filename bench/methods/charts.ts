import { drawSvg } from '../../cli/charts.ts';
import { barsOver, linesOver } from '../../core/charts/name-chart.ts';
import { linesAlong } from '../../core/charts/number-chart.ts';
import type { ReportChart } from './section.ts';

type Series = Readonly<Record<string, readonly (number | null)[]>>;

/** Lines or bars over names. */
export function overNames(
  kind: 'line' | 'bar',
  says: string,
  given: { names: readonly string[]; series: Series; x: string; y: string },
): ReportChart {
  const chart = {
    x: { name: given.x, names: given.names },
    y: { name: given.y },
    series: Object.entries(given.series).map(([name, data]) => ({ name, data: data.map(rounded) })),
  };
  return { says, svg: drawn((palette) => (kind === 'bar' ? barsOver : linesOver)(chart, palette)) };
}

/** Lines through points, each an x and a y. */
export function throughPoints(
  says: string,
  given: {
    series: Readonly<Record<string, readonly (readonly [number, number])[]>>;
    x: string;
    y: string;
    isStepped?: boolean;
  },
): ReportChart {
  const axis = (name: string) => ({ name, min: 0, max: 1 });
  const chart = {
    x: given.isStepped ? { name: given.x } : axis(given.x),
    y: axis(given.y),
    series: Object.entries(given.series).map(([name, points]) => ({
      name,
      data: points.map(([x, y]) => [rounded(x) ?? 0, rounded(y)] as const),
    })),
    ...(given.isStepped && { isStepped: true }),
  };
  return { says, svg: drawn((palette) => linesAlong(chart, palette)) };
}

/** A page may be dark: a chart that stands in it as a file brings its own paper. */
function drawn(option: Parameters<typeof drawSvg>[0]): string {
  return drawSvg((palette) => ({ ...option(palette), backgroundColor: '#ffffff' }));
}

/** Coordinates of a picture need no more digits, and a file without them is half as long. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(5));
}
