import { useMemo } from 'react';
import type { Palette } from '../../../core/charts/look.ts';
import { type RankedBar, rankingChart, rankingHeightPx } from '../../../core/charts/ranking-chart.ts';
import { Chart } from './chart.tsx';

/** Bars under one another with their numbers, and the same as a table. */
export function Ranking({
  title,
  description,
  what,
  axis,
  bars,
  show,
  min,
}: {
  title: string;
  description: string;
  /** What a bar is of. */
  what: string;
  /** With the unit, and which way is good. */
  axis: string;
  /** Stable between renders. */
  bars: readonly RankedBar[];
  /** Stable between renders. */
  show: (value: number) => string;
  /** Where bars are cut, if they go below it; their numbers stay. */
  min?: number;
}) {
  const option = useMemo(
    () => (palette: Palette) =>
      rankingChart(
        {
          x: { name: axis, show, ...(min !== undefined && bars.some(({ value }) => value < min) && { min }) },
          bars,
        },
        palette,
      ),
    [axis, bars, show, min],
  );
  return (
    <Chart
      title={title}
      description={description}
      heightPx={rankingHeightPx(bars.length)}
      option={option}
      table={
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{what}</th>
              <th scope="col" className="number">
                {axis}
              </th>
            </tr>
          </thead>
          <tbody>
            {bars.map(({ name, value }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number">{show(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}
