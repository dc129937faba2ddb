import type { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { cycle, type Step } from '../core/pipeline/cycle.ts';
import { commandContext, type WorkspaceOptions } from './context.ts';
import { printCycle } from './cycle-report.ts';
import { createProgress } from './progress.ts';

/** Runs some steps of the cycle on the configured workspace and prints what they did. */
export async function runSteps(
  options: WorkspaceOptions,
  what: { steps: readonly Step[]; retrain?: boolean; withConnectors: boolean },
): Promise<void> {
  const context = await commandContext(options);
  const open = await openWorkspace(context.config, context, { withConnectors: what.withConnectors });
  const progress = createProgress(context.json);
  try {
    const report = await cycle(open.workspace, {
      asOf: context.asOf,
      steps: what.steps,
      retrain: what.retrain === true,
      onStep: progress.step,
    });
    progress.stop();
    await printCycle(open, report, { asOf: context.asOf, json: context.json, bill: null });
  } finally {
    progress.stop();
    await open.close();
  }
}

/** An example under a command's help. */
export function example(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExample:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
