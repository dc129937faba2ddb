import { Router } from 'express';
import { CREDENTIALS } from '../credentials.ts';
import { note } from '../kernel/http.ts';
import type { Kernel } from '../kernel/types.ts';

const MOST_IDS = 5_000;
const TYPES = ['SUPPRESS_ONLY', 'UNSUPPRESS', 'SUPPRESS_WITH_DELETE', 'DELETE_ONLY'];

interface Regulation {
  regulationType: string;
  subjectType: string;
  subjectIds: readonly string[];
}

/** Users whom a regulation keeps out. */
export function suppressedUsers(kernel: Kernel): { has(userId: string): boolean } {
  const table = kernel.table<{ userId: string }>('segment.suppressed');
  return { has: (userId) => table.get(userId) !== undefined };
}

/**
 * The Public API's deletions and suppressions. What is already delivered to destinations is not called back here; Segment itself takes
 * days for its own. https://docs.segmentapis.com/tag/Deletion-and-Suppression
 */
export function regulationRoutes(kernel: Kernel): Router {
  const router = Router();
  const suppressed = kernel.table<{ userId: string }>('segment.suppressed');
  const regulations = kernel.table<Regulation>('segment.regulations');
  router.post('/regulations', (req, res) => {
    if (req.headers.authorization !== `Bearer ${CREDENTIALS.segment.publicApiToken}`) {
      return res.status(401).json({ errors: [{ type: 'unauthorized', message: 'Unauthorized' }] });
    }
    const body = JSON.parse((req.body as Buffer).toString('utf8')) as Partial<Regulation>;
    const { regulationType = '', subjectType, subjectIds = [] } = body;
    if (!TYPES.includes(regulationType) || subjectType !== 'USER_ID' || subjectIds.length > MOST_IDS) {
      return res.status(422).json({ errors: [{ type: 'validation-error', message: 'The regulation is not valid' }] });
    }
    const id = `reg_${kernel.nextNumber('segment.regulations')}`;
    regulations.set(id, { regulationType, subjectType, subjectIds });
    for (const userId of subjectIds) {
      if (regulationType === 'UNSUPPRESS') suppressed.delete(userId);
      else if (regulationType !== 'DELETE_ONLY') suppressed.set(userId, { userId });
    }
    note(res, { operation: 'free' });
    return res.json({ data: { regulateId: id } });
  });
  return router;
}
