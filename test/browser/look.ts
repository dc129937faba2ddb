import type { Page } from 'playwright-core';

/** Waits until nothing of a page is still being loaded, and its type is there: what is half there lies otherwise. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('main .spinner') === null);
  await page.evaluate(() => document.fonts.ready);
}

/**
 * What is wrong with the layout of a page, in words: a page wider than the window, text that is cut off, and boxes that lie over one
 * another. Text that is shortened with an ellipsis, or may be scrolled to, is meant so.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} px wide`);
    const isSeen = (element: Element) => {
      const { width, height } = element.getBoundingClientRect();
      // What lies in closed details has a box, and is not seen.
      return width > 1 && height > 1 && element.checkVisibility({ visibilityProperty: true });
    };
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}.${element.className} "${(element.textContent ?? '').slice(0, 30)}"`;
    const texts = [...document.querySelectorAll('h1, h2, h3, p, a, button, label, dt, dd, td, th, li, span')].filter(
      isSeen,
    );
    for (const element of texts) {
      const { overflowX, textOverflow, display } = getComputedStyle(element);
      const isMeant =
        overflowX === 'auto' || overflowX === 'scroll' || textOverflow === 'ellipsis' || display === 'inline';
      if (!isMeant && element.scrollWidth > element.clientWidth + 1) faults.push(`cut off: ${nameOf(element)}`);
    }
    const boxes = [...document.querySelectorAll('.stat, .card, .field, button, .button, h1')]
      .filter((element) => isSeen(element) && !element.closest('.side, dialog, .table-wrap'))
      .map((element) => ({ element, box: element.getBoundingClientRect() }));
    for (const [index, { element, box }] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        if (element.contains(other.element) || other.element.contains(element)) continue;
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 1 && down > 1) faults.push(`overlapping: ${nameOf(element)} and ${nameOf(other.element)}`);
      }
    }
    return faults;
  });
}

/**
 * What is wrong with the charts of a page, in words: none under a title, an empty one, text that leaves its chart or lies over other text, an
 * axis without a name, numbers that no table has. Waits until all are drawn.
 */
export async function chartFaults(page: Page, titles: readonly RegExp[]): Promise<string[]> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('figure.chart')].every((figure) => figure.querySelector('svg path, svg rect')),
  );
  const charts = await page.evaluate(() =>
    [...document.querySelectorAll('figure.chart')].map((figure) => {
      const title = figure.querySelector('figcaption')?.textContent ?? '';
      const faults: string[] = [];
      const svg = figure.querySelector('svg');
      const frame = svg?.getBoundingClientRect();
      const texts = [...(svg?.querySelectorAll('text') ?? [])]
        .map((element) => ({ text: element.textContent ?? '', box: element.getBoundingClientRect() }))
        .filter(({ text, box }) => text.trim() !== '' && box.width > 0);
      if (!frame || frame.width < 200 || texts.length === 0) faults.push('is empty');
      for (const [index, { text, box }] of texts.entries()) {
        if (
          frame &&
          (box.left < frame.left - 1 ||
            box.right > frame.right + 1 ||
            box.top < frame.top - 1 ||
            box.bottom > frame.bottom + 1)
        )
          faults.push(`"${text}" is cut`);
        for (const other of texts.slice(index + 1)) {
          const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
          const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
          if (across > 2 && down > 4) faults.push(`"${text}" lies over "${other.text}"`);
        }
      }
      if (!figure.querySelector('details table td')) faults.push('has no table');
      if ((figure.querySelector('[role="img"]')?.getAttribute('aria-label') ?? '') === '')
        faults.push('is not described');
      return { title, faults: faults.map((fault) => `${title}: ${fault}`) };
    }),
  );
  const absent = titles.filter((title) => !charts.some((chart) => title.test(chart.title)));
  return [...absent.map((title) => `there is no chart ${title}`), ...charts.flatMap(({ faults }) => faults)];
}

/** Serious faults of accessibility, by axe-core; each with where it is. */
export async function accessibilityFaults(page: Page, axeSource: string): Promise<string[]> {
  // As a debugger puts it in: the page's own policy allows no foreign script.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    interface Violation {
      id: string;
      impact: string | null;
      nodes: readonly { html: string }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: readonly Violation[] }> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}
