import { Command } from 'commander';
import { storeFolder } from '../config/wiring.ts';
import { ConfigError } from '../core/domain/errors.ts';
import { moveStore } from '../core/store/move.ts';
import { openStore } from '../core/store/open.ts';
import { pause, readPause } from '../core/store/pause.ts';
import { actor } from './actor.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';

/** `staypower move --to DATABASE_URL` */
export function moveCommand(): Command {
  const command = workspaceOptions(
    new Command('move')
      .description(
        'Move a workspace from the embedded store to PostgreSQL, in one commit that is checked by counts and hashes. The embedded store stays as it was, and writes to no CRM any more.',
      )
      .requiredOption('--to <url>', 'the PostgreSQL database, e.g. postgresql://staypower@db.example/staypower'),
  ).action(async (options: WorkspaceOptions & { to: string }) => {
    const context = await commandContext(options);
    const { workspace } = context.config;
    if (!/^postgres(ql)?:\/\//.test(options.to)) {
      throw new ConfigError([
        {
          path: '--to',
          expected: 'an address that begins with postgresql://',
          remedy: 'Give that of the new database.',
        },
      ]);
    }
    const folder = storeFolder(context.home);
    const source = await openStore({ databaseUrl: null, folder, workspace });
    try {
      const target = await openStore({ databaseUrl: options.to, folder, workspace });
      try {
        const tables = await moveStore(source, target);
        // What goes on there must not go on here as well.
        if ((await readPause(source)) === null) {
          await pause(source, {
            reason: 'Moved to PostgreSQL: set DATABASE_URL.',
            by: actor(),
            since: context.clock.now().toISOString(),
          });
        }
        const rows = tables.reduce((sum, each) => sum + each.rows, 0);
        if (context.json) printJson({ workspace, rows, tables });
        else {
          print(
            `${rows.toLocaleString('en')} rows of workspace "${workspace}" moved, the same in both stores. Set DATABASE_URL to the new database; ${folder} may be deleted once that runs.`,
          );
        }
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  });
  return example(command, 'staypower move --to postgresql://staypower@db.example/staypower');
}
