import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { Router } from 'express';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PICTURES_FOLDER } from '../../cli/handbook/pictures.ts';
import { handbookSite } from '../../cli/handbook/site.ts';
import { type Server, type ServerParts, startServer } from '../../webhooks/server.ts';
import { BROWSER_ARGUMENTS, CHROMIUM } from '../support/console.ts';
import { WITHOUT_API } from '../support/without-api.ts';
import { accessibilityFaults, layoutFaults } from './look.ts';

const hasNoBrowser = !existsSync(CHROMIUM);
const folder = mkdtempSync(join(tmpdir(), 'staypower-handbook-'));
const site = await handbookSite();
const pages = [...site.keys()].filter((name) => name.endsWith('.html'));
/** Pages of commands are made alike: all of them are looked at once, and one in every other look. */
const different = pages.filter((name) => !name.startsWith('command-') || name === 'command-export.html');

let browser: Browser;
let server: Server;

beforeAll(async () => {
  if (hasNoBrowser) return;
  for (const [name, text] of site) writeFileSync(join(folder, name), text);
  if (existsSync(PICTURES_FOLDER)) cpSync(PICTURES_FOLDER, join(folder, 'pictures'), { recursive: true });
  const queries = { health: async () => ({}) } as unknown as ServerParts['queries'];
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };
  server = await startServer({ ...WITHOUT_API, queries, webhooks: Router(), handbookFolder: folder, logger }, 0);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...BROWSER_ARGUMENTS] });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function withPage(
  look: { width: number; colorScheme: 'light' | 'dark' },
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 844 },
    colorScheme: look.colorScheme,
  });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await work(page);
    expect(errors).toEqual([]);
  } finally {
    await context.close();
  }
}

describe.skipIf(hasNoBrowser)('the handbook in a browser', () => {
  it.each([
    { width: 390, colorScheme: 'light' },
    { width: 390, colorScheme: 'dark' },
    { width: 1440, colorScheme: 'light' },
    { width: 1440, colorScheme: 'dark' },
  ] as const)('is sound on every page, $width px wide and $colorScheme', async (look) => {
    await withPage(look, async (page) => {
      for (const name of look.width === 390 && look.colorScheme === 'light' ? pages : different) {
        await page.goto(`${server.url}/docs/${name}`);
        expect({ name, faults: await layoutFaults(page) }).toEqual({ name, faults: [] });
        expect({ name, faults: await accessibilityFaults(page, axe.source) }).toEqual({ name, faults: [] });
      }
    });
  });

  it('is searched by keyboard alone, from one page to the part of another', async () => {
    await withPage({ width: 390, colorScheme: 'light' }, async (page) => {
      await page.goto(`${server.url}/docs/rep.html`);
      await page.getByRole('searchbox').fill('signed receipt');
      await page.getByRole('link', { name: 'Somebody asks what we hold on them' }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'For admins' }).waitFor();
      expect(new URL(page.url()).hash).toBe('#somebody-asks-what-we-hold-on-them-or-to-be-forgotten');
      await page.getByRole('searchbox').fill('nowhere to be read');
      await page.getByText('Nothing found.').waitFor();
    });
  });
});
