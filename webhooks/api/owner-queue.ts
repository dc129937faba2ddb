import { Router } from 'express';
import type { CalendarDay } from '../../core/domain/calendar-day.ts';
import { isEnough } from '../../core/domain/roles.ts';
import type { Accounts } from '../../core/ports/accounts.ts';
import type { OwnerQueue } from '../../core/ports/owner-queue.ts';
import type { Caller } from './access.ts';
import { finishCall, getQueue, setQueueOwner } from './contract/owner-queue.ts';
import { Refusal, serve } from './operation.ts';

/** /queue: whom to call first. A rep sees and ends the own calls alone; an admin anybody's. */
export function ownerQueueRoutes(
  queue: OwnerQueue,
  accounts: Pick<Accounts, 'users'>,
  today: () => CalendarDay,
): Router {
  const router = Router();
  const ownOf = async ({ userId }: Caller) => (userId === null ? null : queue.ownerOf(userId));
  serve(router, getQueue, async ({ query: { owner, limit }, caller }) => {
    const own = await ownOf(caller);
    if (!isEnough(caller.role, 'admin')) {
      const found = await queue.read({ asOf: today(), owner: own ?? undefined, limit });
      return { ...found, owner: own, owners: [], people: [] };
    }
    const asked = owner === undefined ? (own ?? undefined) : owner === '' ? null : owner;
    const links = await queue.ownersOfPeople();
    const people = (await accounts.users()).map(({ userId, name }) => ({
      userId,
      name,
      ownerId: links[userId] ?? null,
    }));
    return { ...(await queue.read({ asOf: today(), owner: asked, limit })), owner: asked ?? null, people };
  });
  serve(router, finishCall, async ({ body, caller }) => {
    const isAdmin = isEnough(caller.role, 'admin');
    const own = isAdmin ? undefined : await ownOf(caller);
    if (own !== null && (await queue.done({ ...body, owner: own, by: caller.actor }))) return { done: true as const };
    throw new Refusal(404, 'not-found', 'There is no such open task, or it is another owner’s. Load the page again.');
  });
  serve(router, setQueueOwner, async ({ body, caller }) => {
    await queue.setOwner({ ...body, by: caller.actor });
    return { ownerId: body.ownerId };
  });
  return router;
}
