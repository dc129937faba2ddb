import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, inject, it } from 'vitest';
import type { Role } from '../../core/domain/roles.ts';
import { BROWSER_ARGUMENTS, CHROMIUM, type ServedConsole, serveConsole, whyNoBrowser } from '../support/console.ts';

/** A window; width and height in pixels. */
interface Size {
  name: 'phone' | 'desktop';
  width: number;
  height: number;
}

export const PHONE: Size = { name: 'phone', width: 390, height: 844 };
const DESKTOP_SIZE: Size = { name: 'desktop', width: 1440, height: 900 };
export const SIZES = [PHONE, DESKTOP_SIZE] as const;
export const THEMES = ['light', 'dark'] as const;

/** How a page is looked at, and by whom; null: nobody has signed in. */
interface Visit {
  role: Role | null;
  size: Size;
  theme: (typeof THEMES)[number];
}

/** What most tests look with. */
export const DESKTOP = { role: 'admin', size: DESKTOP_SIZE, theme: 'light' } as const satisfies Visit;

/** A browser and a console over a book of this file's own. */
export interface Visitor {
  /** Why nothing can be looked at here; null where it can. */
  readonly whyNot: string | null;
  readonly served: ServedConsole;
  /** Gives a page of a fresh browser context to `work`, with the list to which each error that the page reports is added. */
  withPage<T>(visit: Visit, work: (page: Page, errors: string[]) => Promise<T>): Promise<T>;
}

/**
 * Serves the console over a copy of the simulated book for the tests of the file that calls this, and opens a browser; both are closed
 * after them. Where there is none, one skipped test of the file says why.
 */
export function visitConsole(): Visitor {
  const whyNot = whyNoBrowser();
  let browser: Browser | undefined;
  let served: ServedConsole | undefined;
  const servedNow = () => {
    if (served === undefined) throw new Error('the console is served once the tests begin');
    return served;
  };

  beforeAll(async () => {
    if (whyNot !== null) return;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...BROWSER_ARGUMENTS] });
    served = await serveConsole({ folder: inject('book') });
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  it('can be looked at here', ({ skip }) => {
    if (whyNot !== null) skip(whyNot);
  });

  return {
    whyNot,
    get served() {
      return servedNow();
    },
    withPage: async ({ role, size: { width, height }, theme }, work) => {
      const { cookies, server } = servedNow();
      const context = await browser?.newContext({ viewport: { width, height }, colorScheme: theme });
      if (context === undefined) throw new Error('the browser is opened once the tests begin');
      try {
        if (role !== null)
          await context.addCookies([{ name: 'staypower_session', value: cookies[role], url: server.url }]);
        const page = await context.newPage();
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(error.message));
        page.on('console', (message) => {
          if (message.type() === 'error') errors.push(message.text());
        });
        return await work(page, errors);
      } finally {
        await context.close();
      }
    },
  };
}
