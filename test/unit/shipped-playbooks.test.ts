import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putPlaybook } from '../../config/change-playbooks.ts';
import {
  playbookNamed,
  playbookProblems,
  readPlaybookFile,
  SHIPPED_FOLDER,
  shippedPlaybooks,
} from '../../config/playbook-files.ts';
import { playbookJsonSchema } from '../../core/playbooks/json-schema.ts';
import { ruleInWords } from '../../core/playbooks/rule-in-words.ts';
import { AT_RISK_AND_VALUABLE, playbookSchema } from '../../core/playbooks/schema.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staypower-playbooks-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('shipped playbooks', () => {
  it('are five, can be used as they stand, and each says its rule', async () => {
    const shipped = await shippedPlaybooks();
    expect(shipped.map(({ name }) => name)).toEqual([
      'at-risk-and-valuable',
      'nurture-rising',
      'onboarding-at-risk',
      'second-order',
      'win-back-lapsed',
    ]);
    expect(playbookProblems(shipped, [], ['call'])).toEqual([]);
    for (const playbook of shipped) {
      expect(playbook.description).not.toBe('');
      expect(ruleInWords(playbook)[0]).toMatch(/^A customer enters when all of this holds: lifecycle /);
    }
  });

  it('hold the one that is in force by default, as it is', async () => {
    expect(await playbookNamed('at-risk-and-valuable')).toEqual({
      ...AT_RISK_AND_VALUABLE,
      description: expect.any(String),
    });
  });

  it('come with the schema for editors that is made of the code (core/playbooks/json-schema.ts)', () => {
    const path = join(SHIPPED_FOLDER, 'playbook.schema.json');
    const text = `${JSON.stringify(playbookJsonSchema(), null, 2)}\n`;
    if (process.env['UPDATE_PLAYBOOK_SCHEMA']) writeFileSync(path, text);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(text));
  });
});

describe('the rule in words', () => {
  it('says who enters, how often, and what keeps a customer from it', () => {
    const playbook = playbookSchema.parse({
      ...AT_RISK_AND_VALUABLE,
      when: { purchases: { atLeast: 1, atMost: 1 }, silentDays: { atLeast: 21 }, churn: { atMost: 90 } },
      hours: { weekdays: [1, 2] },
      steps: [
        { do: 'ticket', connection: 'hubspot', subject: 'Look after {name}', body: 'x' },
        { do: 'wait', days: 3 },
        { do: 'check' },
        { do: 'webhook', endpoint: 'ep_1' },
      ],
    });
    expect(ruleInWords(playbook)).toEqual([
      'A customer enters when all of this holds: lifecycle active; churn risk at most 90 points; purchases 1; days since the last purchase at least 21. Entering counts, being there does not.',
      'Who is in stays in until a number has moved 5 points out of it (money: per cent). Only who has been out can enter again, and each entry counts once.',
      'For 30 days after a task of any playbook the customer is left alone: who enters then is let go, and enters again only by leaving first. While something is open for a customer, nothing else is opened.',
      '10 % of those who enter are held out at random, for good; who was treated once stays treated. Who must not be contacted is let go.',
      'An owner gets 10 a day at most; the others wait in order of priority, and are let go if they leave the state meanwhile.',
      'It acts from 9:00 to 17:00 on Monday, Tuesday (the workspace’s time zone).',
      'Then: open the ticket “Look after {name}” at hubspot; wait 3 days; go on only with who is still in the state; send a message to the endpoint ep_1.',
      'Who bought since gets no further step.',
    ]);
  });
});

describe('a playbook file', () => {
  it('is refused with every problem and its path', async () => {
    const path = file('bad.yaml', 'name: Bad Name\nwhen: { churnBand: [red] }\ntask: { subject: x }\n');
    await expect(readPlaybookFile(path)).rejects.toThrow(/name[\s\S]*when\.churnBand\.0[\s\S]*task\.body/);
    await expect(readPlaybookFile(join(folder, 'none.yaml'))).rejects.toThrow(/ENOENT/);
    await expect(playbookNamed('no-such-one')).rejects.toThrow(/win-back-lapsed/);
  });

  it('is told what it names and is not there', () => {
    const playbook = playbookSchema.parse({
      ...AT_RISK_AND_VALUABLE,
      task: { subject: 'Keep {nmae}', body: '{reasons}' },
      steps: [{ do: 'list', connection: 'hubspot', listId: '7' }],
    });
    expect(playbookProblems([playbook, playbook], ['salesforce'], ['call']).map(({ found }) => found)).toEqual([
      '{nmae}',
      'hubspot',
      '{nmae}',
      'hubspot',
      'at-risk-and-valuable',
    ]);
  });

  it('put into a configuration leaves the default beside it, replaces its own name, and keeps comments', async () => {
    const path = file('staypower.yaml', '# ours\ncurrency: EUR # euros\n');
    const second = await playbookNamed('second-order');
    const first = await putPlaybook(path, second, [AT_RISK_AND_VALUABLE], {});
    expect(first.config.playbooks).toEqual([AT_RISK_AND_VALUABLE, second]);
    await first.write();
    const again = await putPlaybook(path, { ...second, coolDownDays: 7 }, first.config.playbooks, {});
    await again.write();
    expect(again.config.playbooks.map(({ name, coolDownDays }) => [name, coolDownDays])).toEqual([
      ['at-risk-and-valuable', 30],
      ['second-order', 7],
    ]);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('# ours\ncurrency: EUR # euros\n');
  });
});
