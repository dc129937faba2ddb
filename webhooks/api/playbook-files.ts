import { Router } from 'express';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { DataError } from '../../core/domain/errors.ts';
import type { PlaybookFiles } from '../../core/ports/playbook-files.ts';
import type { Playbooks } from '../../core/ports/playbooks.ts';
import {
  deletePlaybook,
  getPlaybookFile,
  savePlaybook,
  simulateDraft,
  switchPlaybook,
  validatePlaybook,
} from './contract/playbook-files.ts';
import { serve } from './operation.ts';
import { notTrained, shownSimulation } from './playbooks.ts';

/** Customers for whom a draft's words are filled in. */
const PREVIEWED = 3;

/** GET /playbook-file, and what drafts and changes of its playbooks are asked by. */
export function playbookFileRoutes(
  files: PlaybookFiles,
  playbooks: Pick<Playbooks, 'simulate' | 'preview'>,
  today: () => CalendarDay,
): Router {
  const router = Router();
  serve(router, getPlaybookFile, () => files.read());
  serve(router, validatePlaybook, async ({ body: { text } }) => {
    const { playbook, problems, rule } = await files.check(text);
    const previews = playbook === null ? [] : await playbooks.preview({ playbook, limit: PREVIEWED });
    return { valid: problems.length === 0, name: playbook?.name ?? null, problems, rule, previews };
  });
  serve(router, simulateDraft, async ({ body: { text, days } }) => {
    const { playbook, problems } = await files.check(text);
    if (playbook === null) {
      const [first] = problems;
      throw new DataError({
        field: first?.path || 'text',
        expected: first?.expected ?? 'a playbook',
        found: first?.found ?? 'none',
        remedy: first?.remedy ?? 'correct it',
      });
    }
    const found = await playbooks.simulate({ playbook, asOf: today(), days });
    if (!found) throw notTrained();
    return shownSimulation(found);
  });
  serve(router, savePlaybook, ({ body, caller }) => files.save({ ...body, by: caller.actor }));
  serve(router, switchPlaybook, ({ params, body, caller }) => files.switch({ ...params, ...body, by: caller.actor }));
  serve(router, deletePlaybook, ({ params, query, caller }) => files.remove({ ...params, ...query, by: caller.actor }));
  return router;
}
