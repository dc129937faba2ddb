import type { CalendarDay } from '../core/domain/calendar-day.ts';
import { DataError } from '../core/domain/errors.ts';
import type { Json } from '../core/domain/json.ts';
import { mappingReport } from '../core/mapping/report.ts';
import { checkConnections } from '../core/pipeline/check-connections.ts';
import type { Workspace } from '../core/pipeline/cycle.ts';
import { erasePerson } from '../core/pipeline/erase-person.ts';
import { firstLoad } from '../core/pipeline/first-load.ts';
import { provision } from '../core/pipeline/provision.ts';
import { undo } from '../core/pipeline/undo.ts';
import { undoSummary } from '../core/pipeline/undo-summary.ts';
import { leftByHand, withRecordsCounted } from '../core/pipeline/uninstall-report.ts';
import { unprovision } from '../core/pipeline/unprovision.ts';
import type { JobRunner } from '../core/pipeline/work-jobs.ts';
import { provisionedFields, REMOVABLE_FIELDS } from '../core/playbooks/provisioned-fields.ts';
import type { Connector } from '../core/ports/connector.ts';
import type { JobKind, JobProgress, JobRequest, JobResults } from '../core/ports/jobs.ts';
import { keepCallUsage } from '../core/store/call-usage.ts';
import { mappingVersion, noteMapping } from '../core/store/mapping-versions.ts';
import type { Environment } from './load.ts';
import { changeMapping, lookAtConnection, settingOf, surveyed } from './map-connection.ts';
import type { ResolvedConfig } from './schema.ts';
import type { SettingChange } from './write-settings.ts';

/** What jobs need of an open workspace. */
interface JobParts {
  workspace: Workspace;
  /** Takes up settings and accounts that changed since. */
  reload(): Promise<void>;
  tryConnectors(config: ResolvedConfig): { connectors: readonly Connector[]; close(): Promise<void> };
  configFile: string | null;
  env: Environment;
  today: () => CalendarDay;
}

interface JobContext {
  by: string;
  onProgress: (progress: JobProgress) => void;
}

type Work<Kind extends JobKind> = (
  request: Extract<JobRequest, { kind: Kind }>,
  context: JobContext,
) => Promise<JobResults[Kind]>;

/** Does the jobs of a workspace: the same functions as the commands of their names. */
export function createJobRunner(parts: JobParts): JobRunner {
  const works = worksOf(parts);
  return async (request, context) => {
    await parts.reload();
    const work = works[request.kind] as (request: JobRequest, context: JobContext) => Promise<unknown>;
    return (await work(request, context)) as Json;
  };
}

function worksOf(parts: JobParts): { [Kind in JobKind]: Work<Kind> } {
  const { workspace, today } = parts;
  const { database, connectors, clock } = workspace;
  return {
    check: async () => {
      const connections = await checkConnections(connectors);
      for (const { connectionId, usage } of connections) {
        if (usage !== null) await keepCallUsage(database, connectionId, usage);
      }
      return { connections };
    },
    look: async ({ connectionId }) => mappingReport(await lookAtConnection(connectors, connectionId)),
    map: (request) => map(parts, request),
    provision: async ({ dryRun }, { onProgress }) => ({
      connections: await provision(connectors, provisionedFields(workspace.playbooks), {
        dryRun,
        onConnection: (connectionId) => onProgress({ step: 'provision', detail: connectionId, done: 0, total: null }),
      }),
    }),
    'first-load': (_, { by, onProgress }) => firstLoad(workspace, { asOf: today(), by, onProgress }),
    undo: async ({ runId, dryRun }, { by }) => {
      const unavailable: { connectionId: string; message: string }[] = [];
      const report = await undo(database, connectors, {
        clock,
        runId,
        dryRun,
        by,
        onUnavailable: (connectionId, { message }) => unavailable.push({ connectionId, message }),
      });
      return undoSummary(report, unavailable);
    },
    unprovision: async ({ connectionId, dryRun }, { by }) => {
      const only = connectors.filter((connector) => connector.connectionId === connectionId);
      const steps = await unprovision(database, only, REMOVABLE_FIELDS, { clock, dryRun, by });
      return { steps: withRecordsCounted(steps), byHand: leftByHand(only.map(({ vendor }) => vendor)) };
    },
    erase: async ({ customerId }) => {
      const erased = await erasePerson(workspace, customerId, () => undefined);
      if (erased === null) {
        throw new DataError({
          field: 'customer',
          expected: 'a customer of this workspace',
          remedy: 'look for the person again: they may have been erased already',
        });
      }
      return { erasureId: erased.erasureId, isComplete: erased.receipt !== null };
    },
  };
}

/** Writes the chosen settings, has them used from now on, and counts them as a version. */
async function map(
  { workspace, reload, tryConnectors, configFile, env }: JobParts,
  { connectionId, changes: texts }: Extract<JobRequest, { kind: 'map' }>,
): Promise<JobResults['map']> {
  const { database, connectors } = workspace;
  const changes = texts.map(changeOf);
  if (changes.length > 0) {
    await changeMapping(configFile, { id: connectionId, changes, env }, async (config) => tryConnectors(config));
    await reload();
  }
  const look = await lookAtConnection(connectors, connectionId);
  const readAgain = await noteMapping(database, connectionId, surveyed(connectors, connectionId).source.mapping);
  const version = (await mappingVersion(database, connectionId))?.version ?? 1;
  return { report: mappingReport(look), version, readAgain };
}

function changeOf(text: string): SettingChange {
  const change = settingOf(text);
  if (change !== null) return change;
  throw new DataError({
    field: 'changes',
    expected: 'PATH=VALUE, such as amountField=Amount',
    found: text,
    remedy: 'name the setting and what it is to be',
  });
}
