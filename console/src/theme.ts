/** How the console looks; "system" follows the device. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'staypower-theme';

/** What was chosen on this device. */
export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === kept) ?? 'system';
}

/** Remembers a choice and shows it. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme();
}

/** Shows what was chosen: style/base.css has both themes. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = chosenTheme();
  for (const redraw of listeners) redraw();
}

const listeners = new Set<() => void>();

/** Calls back when the look changes, by choice or with the device; returns the way to stop. For what is drawn and not styled. */
export function onThemeChange(redraw: () => void): () => void {
  const device = matchMedia('(prefers-color-scheme: dark)');
  listeners.add(redraw);
  device.addEventListener('change', redraw);
  return () => {
    listeners.delete(redraw);
    device.removeEventListener('change', redraw);
  };
}
