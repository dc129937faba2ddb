import { z } from 'zod';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

const view = name(
  'SavedView',
  z.object({
    viewId: z.string(),
    name: z.string(),
    query: z.string().describe('Search, filters and order, as in the query of /customer-list.'),
  }),
);

export const listViews = operation({
  id: 'listViews',
  method: 'get',
  path: '/views',
  summary: 'The lists of customers that the caller keeps.',
  answer: name('SavedViews', z.object({ views: z.array(view) })),
});

export const saveView = operation({
  id: 'saveView',
  method: 'post',
  path: '/views',
  role: 'viewer',
  summary: 'Keeps a list under a name; another of the caller’s of that name is replaced.',
  body: name('NewView', z.strictObject({ name: z.string().trim().min(1).max(100), query: z.string().max(2_000) })),
  status: 201,
  answer: view,
  refusals: [400],
});

export const removeView = operation({
  id: 'removeView',
  method: 'delete',
  path: '/views/:id',
  role: 'viewer',
  summary: 'Forgets a list of the caller’s.',
  params: z.object({ id: z.string() }),
  answer: name('RemovedView', z.object({ removed: z.string() })),
  refusals: [400],
});
