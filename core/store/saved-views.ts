import { randomUUID } from 'node:crypto';
import { DataError } from '../domain/errors.ts';
import type { Database } from '../ports/database.ts';
import type { SavedView, SavedViews } from '../ports/saved-views.ts';

/** The lists that people keep in a workspace. */
export function createSavedViews(database: Database): SavedViews {
  return {
    list: (owner) =>
      database.query<SavedView>(
        `select view_id as "viewId", name, query from saved_views where user_id = $1 order by lower(name), view_id`,
        [owner],
      ),
    save: (owner, { name, query }) =>
      database.transaction(async (sql) => {
        const view: SavedView = { viewId: randomUUID(), name, query };
        await sql.query('delete from saved_views where user_id = $1 and name = $2', [owner, name]);
        await sql.query('insert into saved_views (view_id, user_id, name, query) values ($1, $2, $3, $4)', [
          view.viewId,
          owner,
          name,
          query,
        ]);
        return view;
      }),
    remove: async (owner, viewId) => {
      const [gone] = await database.query(
        'delete from saved_views where user_id = $1 and view_id = $2 returning view_id',
        [owner, viewId],
      );
      if (!gone)
        throw new DataError({
          field: 'id',
          expected: 'the id of a view of yours',
          found: viewId,
          remedy: 'read the list again',
        });
    },
  };
}
