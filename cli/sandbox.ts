import { Command } from 'commander';
import { homeFolder } from '../config/load.ts';
import { calendarDay, dayOf } from '../core/domain/calendar-day.ts';
import { asOfOption, systemClock } from './context.ts';
import { untilStopped } from './listen.ts';
import { integer } from './options.ts';
import { print, printJson } from './output.ts';
import { openSandbox, type WorldOptions, worldOptions } from './sandbox-world.ts';
import { example } from './steps.ts';

/** `staypower sandbox` */
export function sandboxCommand(): Command {
  const command = asOfOption(
    worldOptions(
      new Command('sandbox').description(
        'Run the local Salesforce, HubSpot and Segment look-alikes alone; their state is kept in STAYPOWER_HOME.',
      ),
    ),
  )
    .option(
      '--port <port>',
      'port of Salesforce; HubSpot, Segment and Pub/Sub take the next three (default: free ones)',
      integer,
    )
    .option('--json', 'one line of JSON on stdout')
    .action(async (options: WorldOptions & { asOf?: string; port?: number; json?: boolean }) => {
      const asOf =
        options.asOf === undefined ? dayOf(systemClock.now().toISOString(), 'UTC') : calendarDay(options.asOf);
      const { sandbox, env } = await openSandbox(homeFolder(process.env), options, {
        asOf,
        ...(options.port !== undefined && { firstPort: options.port }),
      });
      if (options.json) printJson({ urls: sandbox.urls, env });
      else {
        print('# The sandbox is up; Ctrl-C stops it. To point another terminal at it:');
        for (const [name, value] of Object.entries(env)) print(`export ${name}=${value}`);
      }
      await untilStopped();
      await sandbox.close();
    });
  return example(command, 'staypower sandbox --port 9101');
}
