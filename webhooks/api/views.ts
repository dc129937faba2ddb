import { Router } from 'express';
import type { SavedViews } from '../../core/ports/saved-views.ts';
import type { Caller } from './access.ts';
import { listViews, removeView, saveView } from './contract/views.ts';
import { serve } from './operation.ts';

/** GET and POST /views, DELETE /views/{id}. */
export function viewRoutes(views: SavedViews): Router {
  const router = Router();
  const owner = ({ userId, actor }: Caller) => userId ?? actor;
  serve(router, listViews, async ({ caller }) => ({ views: await views.list(owner(caller)) }));
  serve(router, saveView, ({ caller, body }) => views.save(owner(caller), body));
  serve(router, removeView, async ({ caller, params }) => {
    await views.remove(owner(caller), params.id);
    return { removed: params.id };
  });
  return router;
}
