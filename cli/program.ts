import { Command } from 'commander';
import { adviseCommand } from './advise.ts';
import { alarmsCommand } from './alarms.ts';
import { allocateCommand } from './allocate.ts';
import { backupCommand } from './backup.ts';
import { campaignsCommand } from './campaigns.ts';
import { checkCommand } from './check.ts';
import { connectCommand } from './connect.ts';
import { demoCommand } from './demo.ts';
import { driversCommand } from './drivers.ts';
import { effectCommand } from './effect.ts';
import { eraseCommand } from './erase.ts';
import { erasuresCommand } from './erasures.ts';
import { evaluateCommand } from './evaluate.ts';
import { explainCommand } from './explain.ts';
import { exportCommand } from './export.ts';
import { exportPersonCommand } from './export-person.ts';
import { importCommand } from './import.ts';
import { importanceCommand } from './importance.ts';
import { initCommand } from './init.ts';
import { mapCommand } from './map.ts';
import { modelsCommand } from './models.ts';
import { monitorCommand } from './monitor.ts';
import { moveCommand } from './move.ts';
import { pauseCommand } from './pause.ts';
import { playbooksCommand } from './playbooks.ts';
import { prioritiesCommand } from './priorities.ts';
import { propensityCommand } from './propensity.ts';
import { provisionCommand } from './provision.ts';
import { pruneCommand } from './prune.ts';
import { qualityCommand } from './quality.ts';
import { quarantineCommand } from './quarantine.ts';
import { reconcileCommand } from './reconcile.ts';
import { replayScoreCommand } from './replay-score.ts';
import { restoreCommand } from './restore.ts';
import { resumeCommand } from './resume.ts';
import { rotateKeyCommand } from './rotate-key.ts';
import { runCommand } from './run.ts';
import { sandboxCommand } from './sandbox.ts';
import { scenarioCommand } from './scenario.ts';
import { scoreCommand } from './score.ts';
import { segmentsCommand } from './segments.ts';
import { serveCommand } from './serve.ts';
import { syncCommand } from './sync.ts';
import { trainCommand } from './train.ts';
import { undoCommand } from './undo.ts';
import { undoJoinCommand } from './undo-join.ts';
import { unprovisionCommand } from './unprovision.ts';
import { webhookCommand } from './webhook.ts';
import { workerCommand } from './worker.ts';
import { workspaceCommand } from './workspace.ts';
import { writeBackCommand } from './write-back.ts';

/** The program with all its commands. */
export function program(): Command {
  const root = new Command('staypower')
    .description('Customer value, churn risk and engagement on the CRM record.')
    .showHelpAfterError('(add --help for the options and an example)')
    .exitOverride();
  for (const command of [
    demoCommand(),
    initCommand(),
    connectCommand(),
    rotateKeyCommand(),
    checkCommand(),
    mapCommand(),
    reconcileCommand(),
    provisionCommand(),
    unprovisionCommand(),
    runCommand(),
    syncCommand(),
    trainCommand(),
    modelsCommand(),
    monitorCommand(),
    alarmsCommand(),
    replayScoreCommand(),
    scoreCommand(),
    writeBackCommand(),
    undoCommand(),
    pauseCommand(),
    resumeCommand(),
    explainCommand(),
    driversCommand(),
    importanceCommand(),
    propensityCommand(),
    segmentsCommand(),
    prioritiesCommand(),
    playbooksCommand(),
    effectCommand(),
    adviseCommand(),
    allocateCommand(),
    campaignsCommand(),
    scenarioCommand(),
    undoJoinCommand(),
    eraseCommand(),
    erasuresCommand(),
    exportPersonCommand(),
    exportCommand(),
    importCommand(),
    quarantineCommand(),
    qualityCommand(),
    evaluateCommand(),
    serveCommand(),
    workerCommand(),
    webhookCommand(),
    sandboxCommand(),
    workspaceCommand(),
    pruneCommand(),
    backupCommand(),
    restoreCommand(),
    moveCommand(),
  ]) {
    root.addCommand(command.exitOverride());
  }
  return root;
}
