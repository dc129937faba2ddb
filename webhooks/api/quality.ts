import { Router } from 'express';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import type { Quality } from '../../core/ports/quality.ts';
import {
  acceptQuality,
  getQuality,
  listQualityFindings,
  listQualityFixes,
  makeQualityFix,
  undoQualityFix,
} from './contract/quality.ts';
import { Refusal, serve } from './operation.ts';

/** GET /quality with findings and fixes, POST what is accepted and a fix, DELETE a fix. */
export function qualityRoutes(quality: Quality): Router {
  const router = Router();
  serve(router, getQuality, () => quality.report());
  serve(router, listQualityFindings, async ({ query: { limit, connectionId, rule } }) => ({
    findings: await quality.findings({ limit, ...(connectionId && { connectionId }), ...(rule && { rule }) }),
  }));
  serve(router, acceptQuality, async ({ body: { externalId, ...subject }, caller }) => ({
    accepted: await quality.accept(
      { ...subject, ...(externalId !== undefined && { externalId }) },
      { by: caller.actor },
    ),
  }));
  serve(router, listQualityFixes, async () => ({ fixes: await quality.fixes() }));
  serve(router, makeQualityFix, ({ body, caller }) =>
    quality.fix(
      { ...body, from: calendarDay(body.from), until: body.until === null ? null : calendarDay(body.until) },
      { by: caller.actor },
    ),
  );
  serve(router, undoQualityFix, async ({ params: { id }, caller }) => {
    const undone = await quality.undoFix(id, { by: caller.actor });
    if (undone === null) throw new Refusal(404, 'not-found', 'No fix in force has this id.');
    return undone;
  });
  return router;
}
