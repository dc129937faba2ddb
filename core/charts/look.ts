/** Colours that a chart is drawn in: the theme's. */
export interface Palette {
  text: string;
  muted: string;
  line: string;
  surface: string;
  raised: string;
  accent: string;
  good: string;
  bad: string;
  warn: string;
}

/** On white paper: the console's light theme. */
export const PAPER: Palette = {
  text: '#17202b',
  muted: '#535f6e',
  line: '#d5dae1',
  surface: '#ffffff',
  raised: '#eef1f4',
  accent: '#0e6377',
  good: '#17663a',
  bad: '#a3261a',
  warn: '#7a4b00',
};

/** An axis of numbers. */
export interface NumberAxis {
  /** With its unit. */
  name: string;
  min?: number;
  max?: number;
  /** How its numbers are written; as they are when left out. */
  show?: (value: number) => string;
}

/** An axis of names in their order. */
export interface NameAxis {
  name: string;
  names: readonly string[];
}

/** A line or a row of bars. */
export interface Series<Point = number | null> {
  name: string;
  data: readonly Point[];
  /** Beside the point: dashed and thin. */
  isAside?: boolean;
}

/** Room around what is drawn, for the names of the axes and a legend above. */
export const ROOM = { left: 64, right: 20, top: 44, bottom: 48 };

const FONT_PX = 12;

/** Colours of series in their order; lines differ by their marks as well. */
export function seriesColours({ accent, bad, good, warn, muted, text }: Palette): string[] {
  return [accent, bad, good, warn, muted, text];
}

/** Points that can be told apart: with more, a line has no marks. */
const MOST_MARKS = 24;

/** How a line looks: with a mark on each point, or beside the point. */
export function lineLook(
  { muted }: Palette,
  { isAside = false, points }: { isAside?: boolean | undefined; points: number },
) {
  return {
    symbol: 'circle' as const,
    symbolSize: 5,
    showSymbol: !isAside && points <= MOST_MARKS,
    ...(isAside && { color: muted, lineStyle: { type: 'dashed' as const, width: 1.5 } }),
  };
}

/** The name of an axis, written along its middle. */
function named(name: string, gap: number, { muted }: Palette) {
  return {
    name,
    nameLocation: 'middle' as const,
    nameGap: gap,
    nameTextStyle: { color: muted, fontSize: FONT_PX },
  };
}

/** An axis of numbers. */
export function numberAxis({ name, min, max, show }: NumberAxis, along: 'x' | 'y', palette: Palette) {
  return {
    type: 'value' as const,
    ...named(name, along === 'x' ? 28 : 46, palette),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    axisLabel: { color: palette.muted, fontSize: FONT_PX, hideOverlap: true, ...(show && { formatter: show }) },
    splitLine: { lineStyle: { color: palette.line } },
    axisLine: { lineStyle: { color: palette.line } },
  };
}

/** An axis of names. */
export function nameAxis({ name, names }: NameAxis, along: 'x' | 'y', palette: Palette) {
  return {
    type: 'category' as const,
    ...named(name, along === 'x' ? 28 : 58, palette),
    data: [...names],
    axisLabel: { color: palette.muted, fontSize: FONT_PX, hideOverlap: true },
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false },
  };
}

/** Long names beside bars, in lines of so many pixels. */
export function barNames(names: readonly string[], { text, line }: Palette) {
  return {
    type: 'category' as const,
    inverse: true,
    data: [...names],
    axisLabel: { color: text, fontSize: FONT_PX, lineHeight: 14, width: 124, overflow: 'break' as const },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
  };
}

/** The legend above. */
export function legendAbove({ text, muted }: Palette, names?: readonly string[]) {
  return {
    type: 'plain' as const,
    top: 4,
    itemGap: 16,
    itemWidth: 18,
    textStyle: { color: text, fontSize: FONT_PX },
    inactiveColor: muted,
    ...(names && { data: [...names] }),
  };
}
