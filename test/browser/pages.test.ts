import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { PICTURES_FOLDER, picturesNamed } from '../../cli/handbook/pictures.ts';
import { ROLES } from '../../core/domain/roles.ts';
import { accessibilityFaults, layoutFaults, settled } from './look.ts';
import { SIZES, THEMES, visitConsole } from './visit.ts';

const visitor = visitConsole();
/** Where screenshots are put, to be looked at. */
const SCREENSHOTS = resolve(PICTURES_FOLDER, '..');

/** A page and a text that is there once it has loaded. */
const PAGES = [
  { name: 'overview', address: () => '#/', ready: 'What playbooks have kept' },
  { name: 'calls', address: () => '#/calls', ready: /Who is who|It is not set yet which|This page is for the role/ },
  { name: 'customers', address: () => '#/customers', ready: /^\d+ customers$/ },
  { name: 'customer', address: () => `#/customers/${visitor.served.activeCustomer}`, ready: 'This customer' },
  { name: 'models', address: () => '#/models', ready: 'Inputs now and when the champion was trained' },
  { name: 'segments', address: () => '#/segments', ready: 'Customers who behave alike' },
  { name: 'playbooks', address: () => '#/playbooks', ready: 'Measured effect' },
  {
    name: 'playbook-edit',
    address: () => '#/playbooks/edit/at-risk-and-valuable',
    ready: /What the task would say|are written by reps/,
  },
  { name: 'connections', address: () => '#/connections', ready: 'By the keys of the configuration' },
  { name: 'setup', address: () => '#/connections/setup/check', ready: 'Back to Connections' },
  { name: 'deliveries', address: () => '#/deliveries', ready: 'There is no such message.' },
  { name: 'settings', address: () => '#/settings', ready: 'Your password' },
  { name: 'no-page', address: () => '#/nowhere', ready: 'There is no such page.' },
  { name: 'no-customer', address: () => '#/customers/nobody', ready: 'No scored customer has this id' },
] as const;

beforeAll(() => mkdir(PICTURES_FOLDER, { recursive: true }));

describe.skipIf(visitor.whyNot !== null)('every page of the console', () => {
  const began = Date.now();

  for (const role of ROLES) {
    for (const size of SIZES) {
      // The look does not depend on the role.
      for (const theme of role === 'admin' ? THEMES : (['light'] as const)) {
        it(`is sound for the role ${role}, ${size.name}, ${theme}`, async () => {
          await visitor.withPage({ role, size, theme }, async (page, errors) => {
            for (const { name, address, ready } of PAGES) {
              await page.goto(`${visitor.served.server.url}/${address()}`);
              await page.getByText(ready).first().waitFor({ state: 'attached' });
              await settled(page);
              if (role === 'admin')
                await page.screenshot({ path: join(SCREENSHOTS, `${name}-${size.name}-${theme}.png`), fullPage: true });
              if (role === 'admin' && size.name === 'desktop' && theme === 'light')
                await page.screenshot({ path: join(PICTURES_FOLDER, `${name}.png`) });
              // Columns may still be finding their widths.
              await expect
                .poll(() => layoutFaults(page), { message: name, timeout: 20_000, interval: 250 })
                .toEqual([]);
              expect({ name, faults: await accessibilityFaults(page, axe.source) }).toEqual({ name, faults: [] });
              // A customer who is not there is an answer of 404, which the browser reports.
              const known = name === 'no-customer' ? /status of 404/ : /^$/;
              expect({ name, errors: errors.splice(0).filter((error) => !known.test(error)) }).toEqual({
                name,
                errors: [],
              });
            }
          });
        });
      }
    }
  }

  it('has been photographed for the handbook, by this walk', async () => {
    const named = picturesNamed();
    expect(named.length).toBeGreaterThan(5);
    for (const { page, name } of named) {
      const { mtimeMs } = await stat(join(PICTURES_FOLDER, `${name}.png`)).catch(() => ({ mtimeMs: 0 }));
      expect({ page, name, isNew: mtimeMs >= began }).toEqual({ page, name, isNew: true });
    }
  });
});
