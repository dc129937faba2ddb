import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, StoreError } from '../../core/domain/errors.ts';
import { writeForeignLock } from '../../core/store/folder-lock.ts';
import { openStore } from '../../core/store/open.ts';
import { testStore } from './test-store.ts';

testStore('PGlite', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'staypower-pglite-'));
  return {
    open: (workspace, migrationsFolder) =>
      openStore({ databaseUrl: null, folder: join(parent, workspace), workspace }, migrationsFolder),
    close: () => rm(parent, { recursive: true, force: true }),
  };
});

describe('an embedded store', () => {
  const inFolder = async (work: (folder: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), 'staypower-lock-'));
    try {
      await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  const open = (folder: string) => openStore({ databaseUrl: null, folder, workspace: 'lock' });

  it('lets timers and sockets have a turn while one query follows another', () =>
    inFolder(async (folder) => {
      const store = await open(folder);
      let isHeard = false;
      setTimeout(() => {
        isHeard = true;
      }, 0);
      for (let queries = 0; !isHeard; queries += 1) {
        expect(queries).toBeLessThan(20_000);
        await store.query('select 1');
      }
      await store.close();
    }));

  it('is refused while another live process holds it, naming the process and the remedy', () =>
    inFolder(async (folder) => {
      await writeForeignLock(folder, { pid: process.ppid, startTicks: null });
      await expect(open(folder)).rejects.toThrow(StoreError);
      await expect(open(folder)).rejects.toThrow(new RegExp(`in use by process ${process.ppid}.*DATABASE_URL`));
    }));

  it('is refused to the same process a second time', () =>
    inFolder(async (folder) => {
      const first = await open(folder);
      await expect(open(folder)).rejects.toThrow(/in use by process/);
      await first.close();
    }));

  it.each([
    ['a process that is gone', { pid: 2 ** 22 + 1, startTicks: '1' }],
    ['a process whose number another has now', { pid: process.ppid, startTicks: '1' }],
  ])('is taken over from %s, with what is in it', (_, holder) =>
    inFolder(async (folder) => {
      const before = await open(folder);
      await before.query("insert into settings (name, value) values ('kept', '1')");
      await before.close();
      await writeForeignLock(folder, holder);
      const after = await open(folder);
      expect(await after.query('select name from settings')).toEqual([{ name: 'kept' }]);
      await after.close();
    }),
  );

  it('is free again after a workspace name was refused', () =>
    inFolder(async (folder) => {
      await expect(openStore({ databaseUrl: null, folder, workspace: 'No; drop' })).rejects.toThrow(ConfigError);
      await (await open(folder)).close();
    }));
});
