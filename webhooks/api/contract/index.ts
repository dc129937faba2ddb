import type { Operation } from '../operation.ts';
import {
  addKey,
  addUser,
  changeUserRole,
  listAudit,
  listKeys,
  listUsers,
  removeUser,
  resetPassword,
  revokeKey,
} from './accounts.ts';
import { listAlarms } from './alarms.ts';
import { countCustomers, downloadCustomers, getOverview, searchCustomers } from './book.ts';
import { listConnections } from './connections.ts';
import { getInsight, getTimeline } from './customer-view.ts';
import { getCustomer, getExplanation, getScores, listCustomers } from './customers.ts';
import { findPerson, getReceipt, listErasures } from './erasures.ts';
import { getCohorts, getSegmentMoves, listModels, listSegments } from './insights.ts';
import { getJob, listJobs, startJob, streamJobs } from './jobs.ts';
import { getModel, getMonitoring, getRegistry, promoteModel, rollBackModel } from './model-registry.ts';
import { giveNps } from './outcomes.ts';
import { finishCall, getQueue, setQueueOwner } from './owner-queue.ts';
import { getScenario, listAdvice } from './planning.ts';
import {
  deletePlaybook,
  getPlaybookFile,
  savePlaybook,
  simulateDraft,
  switchPlaybook,
  validatePlaybook,
} from './playbook-files.ts';
import { listEffects, listPlaybooks, simulatePlaybook } from './playbooks.ts';
import {
  acceptQuality,
  getQuality,
  listQualityFindings,
  listQualityFixes,
  makeQualityFix,
  undoQualityFix,
} from './quality.ts';
import { getRecordView, giveFeedback, listFeedback } from './records.ts';
import { scoreRows, whatIf } from './scoring.ts';
import { getSecrets, sealAnew } from './secrets.ts';
import { getSetup } from './setup.ts';
import { streamEvents } from './stream.ts';
import { getTraffic, listQuarantine, pauseWorkspace, replayQuarantine, resumeWorkspace } from './traffic.ts';
import { listViews, removeView, saveView } from './views.ts';
import {
  addWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  replayWebhook,
  rotateWebhookSecret,
} from './webhooks.ts';
import { getWaitingWrites, listWriteRuns } from './writes.ts';

/** Every operation below /v1, in the order of the document. */
export const OPERATIONS: readonly Operation[] = [
  getOverview,
  searchCustomers,
  countCustomers,
  downloadCustomers,
  listCustomers,
  getCustomer,
  getScores,
  getRecordView,
  getExplanation,
  getTimeline,
  getInsight,
  listViews,
  saveView,
  removeView,
  listSegments,
  getSegmentMoves,
  getCohorts,
  listModels,
  getRegistry,
  getModel,
  promoteModel,
  rollBackModel,
  getMonitoring,
  listAlarms,
  listPlaybooks,
  simulatePlaybook,
  getPlaybookFile,
  validatePlaybook,
  simulateDraft,
  savePlaybook,
  switchPlaybook,
  deletePlaybook,
  getQueue,
  finishCall,
  setQueueOwner,
  listEffects,
  listAdvice,
  getScenario,
  whatIf,
  scoreRows,
  giveFeedback,
  listFeedback,
  giveNps,
  streamEvents,
  listConnections,
  getSetup,
  startJob,
  listJobs,
  streamJobs,
  getJob,
  getTraffic,
  getWaitingWrites,
  listWriteRuns,
  listQuarantine,
  replayQuarantine,
  pauseWorkspace,
  resumeWorkspace,
  getQuality,
  listQualityFindings,
  acceptQuality,
  listQualityFixes,
  makeQualityFix,
  undoQualityFix,
  listWebhooks,
  addWebhook,
  removeWebhook,
  rotateWebhookSecret,
  replayWebhook,
  listDeliveries,
  listUsers,
  addUser,
  changeUserRole,
  resetPassword,
  removeUser,
  listKeys,
  addKey,
  revokeKey,
  getSecrets,
  sealAnew,
  findPerson,
  listErasures,
  getReceipt,
  listAudit,
];
