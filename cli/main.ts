#!/usr/bin/env node
import { CommanderError } from 'commander';
import { reportError } from './output.ts';
import { program } from './program.ts';

/** The product needs this major of Node or later; package.json brings one along for `npm run`. */
const LEAST_NODE_MAJOR = 24;

async function main(): Promise<number> {
  const found = Number(process.versions.node.split('.')[0]);
  if (found < LEAST_NODE_MAJOR) {
    process.stderr.write(
      `Staypower needs Node ${LEAST_NODE_MAJOR} or later and found ${process.versions.node}. Start it with "npm run staypower -- ...": the install brings the right Node along.\n`,
    );
    return 1;
  }
  try {
    await program().parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // commander has printed its own message (or the help that was asked for).
    if (error instanceof CommanderError) return error.exitCode;
    return reportError(error, process.argv.includes('--json'));
  }
}

// Whoever reads our output may stop before its end ("staypower ... | head"): that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exit(await main());
