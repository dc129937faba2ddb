import { type ReactNode, useEffect, useRef } from 'react';
import type { ChartOption } from '../../../core/charts/chart-option.ts';
import type { Palette } from '../../../core/charts/look.ts';
import { onThemeChange } from '../theme.ts';

/** A chart under a title, and the same as a table for who cannot or would not look at it. The library is loaded when the first is shown. */
export function Chart({
  title,
  description,
  option,
  heightPx = 280,
  table,
}: {
  title: string;
  /** What it shows, in a sentence: for who hears it. */
  description: string;
  /** Stable between renders, or it is drawn anew. Its axes carry names with units. */
  option: (palette: Palette) => ChartOption;
  heightPx?: number;
  table: ReactNode;
}) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let stop = () => {};
    let isGone = false;
    void import('./echarts.ts').then(({ draw }) => {
      if (!isGone) stop = draw(element, () => option(paletteOf(element)), onThemeChange);
    });
    return () => {
      isGone = true;
      stop();
    };
  }, [option]);
  return (
    <figure className="chart">
      <figcaption>{title}</figcaption>
      <div ref={frame} role="img" aria-label={description} style={{ height: heightPx }} />
      <details>
        <summary>As a table</summary>
        {table}
      </details>
    </figure>
  );
}

function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: keyof Palette) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: colour('text'),
    muted: colour('muted'),
    line: colour('line'),
    surface: colour('surface'),
    raised: colour('raised'),
    accent: colour('accent'),
    good: colour('good'),
    bad: colour('bad'),
    warn: colour('warn'),
  };
}
