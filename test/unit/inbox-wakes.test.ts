import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../core/ports/database.ts';
import { createInbox } from '../../core/store/inbox.ts';

/** Longer than any pause between two that are told. */
const LONGER_THAN_A_PAUSE_MS = 200;

/** A store in which nothing is slow, and which notes what is kept and told. */
function notingStore() {
  const noted: ('kept' | 'told')[] = [];
  const sql = {
    query: async (text: string) => {
      if (text.includes('insert into raw_deliveries')) noted.push('kept');
      return [];
    },
    notify: async () => {
      noted.push('told');
    },
  };
  return { noted, database: sql as unknown as Database };
}

const delivery = { connectionId: 'crm', form: 'hubspot', body: Buffer.from('[{}]') } as const;

describe('whom the inbox tells that something came', () => {
  it('tells of the first at once, and of the last of a flood after it, far less often than something comes', async () => {
    const { noted, database } = notingStore();
    const inbox = createInbox(database, () => new Date());
    await inbox.keep(delivery);
    expect(noted).toEqual(['kept', 'told']);
    for (let sent = 0; sent < 500; sent += 1) {
      await Promise.all(Array.from({ length: 4 }, () => inbox.keep(delivery)));
    }
    await wait(LONGER_THAN_A_PAUSE_MS);
    expect(noted.at(-1)).toBe('told');
    expect(noted.filter((each) => each === 'told').length).toBeLessThan(100);
  });

  it('goes on telling at once of what comes one by one', async () => {
    const { noted, database } = notingStore();
    const inbox = createInbox(database, () => new Date());
    for (let sent = 0; sent < 3; sent += 1) {
      await inbox.keep(delivery);
      await wait(LONGER_THAN_A_PAUSE_MS);
    }
    expect(noted).toEqual(['kept', 'told', 'kept', 'told', 'kept', 'told']);
  });
});
