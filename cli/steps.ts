import type { Command } from 'commander';
import { type OpenWorkspace, openWorkspace } from '../config/wiring.ts';
import { type CycleReport, cycle, type Step } from '../core/pipeline/cycle.ts';
import { type CommandContext, commandContext, type WorkspaceOptions } from './context.ts';
import { printCycle } from './cycle-report.ts';
import { createProgress } from './progress.ts';

/** Which steps a command runs, and how. */
interface StepOptions {
  steps: readonly Step[];
  retrain?: boolean;
}

/** Runs some steps of the cycle on the configured workspace and prints what they did. */
export async function runSteps(
  options: WorkspaceOptions,
  what: StepOptions & { withConnectors: boolean },
): Promise<void> {
  const context = await commandContext(options);
  const open = await openWorkspace(context.config, context, { withConnectors: what.withConnectors });
  try {
    const report = await cycleWithProgress(open, context, what);
    await printCycle(open, report, { asOf: context.asOf, json: context.json, bill: null });
  } finally {
    await open.close();
  }
}

/** Runs some steps of the cycle on an open workspace, and shows how far they are. */
export async function cycleWithProgress(
  open: OpenWorkspace,
  { asOf, json }: Pick<CommandContext, 'asOf' | 'json'>,
  { steps, retrain }: StepOptions,
): Promise<CycleReport> {
  const progress = createProgress(json);
  try {
    return await cycle(open.workspace, { asOf, steps, retrain: retrain === true, onStep: progress.step });
  } finally {
    progress.stop();
  }
}

/** An example under a command's help. */
export function example(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExample:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
