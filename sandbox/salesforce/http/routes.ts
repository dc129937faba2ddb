import { type RequestHandler, Router } from 'express';
import { note } from '../../kernel/http.ts';
import { createIngestJob, patchIngestJob, readIngestJob, readIngestResults, uploadBatch } from '../bulk/ingest-jobs.ts';
import { deleteJob, listJobs } from '../bulk/jobs.ts';
import { createQueryJob, patchQueryJob, readQueryJob, readResults } from '../bulk/query-jobs.ts';
import { notImplemented } from '../errors.ts';
import { ownUrlOf } from '../oauth/routes.ts';
import { ORG_ID } from '../org/bootstrap.ts';
import type { Org } from '../org/org.ts';
import { invokeAction } from './cadence-action.ts';
import { answering, type Call } from './call.ts';
import { createCollection, deleteCollection, updateCollection, upsertCollection } from './collections.ts';
import { describeBasic, describeGlobal, describeObject } from './describe.ts';
import { letIn, VERSIONS } from './gate.ts';
import { limits } from './limits.ts';
import { answerQuery, answerQueryMore, answerToolingQuery, objectOf } from './query.ts';
import { createRecord, deleteRecord, readRecord, updateRecord, upsertRecord } from './sobjects.ts';
import { createCustomField, deleteCustomField, readCustomField } from './tooling.ts';

/** /services/data and everything below it; what it does not know is answered 501. */
export function dataRoutes(org: Org): Router {
  const router = Router();
  const data = (handler: (call: Call) => void | Promise<void>): RequestHandler =>
    answering(async (req, res) => {
      await handler(letIn(org, req, res));
    });
  const free = (body: (call: Call) => unknown) =>
    data((call) => {
      call.say({ operation: 'free' });
      call.res.json(body(call));
    });
  const v = '/services/data/:version';

  router.get(['/services/data', '/services/data/'], (_req, res) => {
    note(res, { operation: 'free' });
    res.json(
      VERSIONS.map((version) => ({
        label: labelOf(version),
        url: `/services/data/v${version}.0`,
        version: `${version}.0`,
      })),
    );
  });
  router.get(v, free(resources));
  router.get(
    `${v}/limits`,
    free((call) => limits(call.org)),
  );

  router.get(
    `${v}/query`,
    data((call) => answerQuery(call, false)),
  );
  router.get(
    `${v}/queryAll`,
    data((call) => answerQuery(call, true)),
  );
  router.get([`${v}/query/:locator`, `${v}/queryAll/:locator`], data(answerQueryMore));

  router.get(`${v}/sobjects`, free(describeGlobal));
  router.get(
    `${v}/sobjects/:object`,
    free((call) => describeBasic(call, objectOf(call))),
  );
  router.get(
    `${v}/sobjects/:object/describe`,
    free((call) => describeObject(call, objectOf(call))),
  );
  router.post(`${v}/sobjects/:object`, data(createRecord));
  router.get(`${v}/sobjects/:object/:id`, data(readRecord));
  router.patch(`${v}/sobjects/:object/:id`, data(updateRecord));
  router.delete(`${v}/sobjects/:object/:id`, data(deleteRecord));
  router.patch(`${v}/sobjects/:object/:field/:value`, data(upsertRecord));

  router.post(`${v}/composite/sobjects`, data(createCollection));
  router.patch(`${v}/composite/sobjects`, data(updateCollection));
  router.delete(`${v}/composite/sobjects`, data(deleteCollection));
  router.patch(`${v}/composite/sobjects/:object/:field`, data(upsertCollection));

  router.get(
    `${v}/jobs/query`,
    data((call) => listJobs(call, 'query')),
  );
  router.post(`${v}/jobs/query`, data(createQueryJob));
  router.get(`${v}/jobs/query/:job`, data(readQueryJob));
  router.patch(`${v}/jobs/query/:job`, data(patchQueryJob));
  router.delete(
    `${v}/jobs/query/:job`,
    data((call) => deleteJob(call, 'query')),
  );
  router.get(`${v}/jobs/query/:job/results`, data(readResults));

  router.get(
    `${v}/jobs/ingest`,
    data((call) => listJobs(call, 'ingest')),
  );
  router.post(`${v}/jobs/ingest`, data(createIngestJob));
  router.get(`${v}/jobs/ingest/:job`, data(readIngestJob));
  router.patch(`${v}/jobs/ingest/:job`, data(patchIngestJob));
  router.delete(
    `${v}/jobs/ingest/:job`,
    data((call) => deleteJob(call, 'ingest')),
  );
  router.put(`${v}/jobs/ingest/:job/batches`, data(uploadBatch));
  router.get(`${v}/jobs/ingest/:job/:results`, data(readIngestResults));

  router.get(
    `${v}/tooling/query`,
    data((call) => {
      call.say({ operation: 'free' });
      answerToolingQuery(call);
    }),
  );
  router.post(`${v}/tooling/sobjects/CustomField`, data(createCustomField));
  router.get(`${v}/tooling/sobjects/CustomField/:id`, data(readCustomField));
  router.delete(`${v}/tooling/sobjects/CustomField/:id`, data(deleteCustomField));
  router.post(`${v}/actions/standard/:action`, data(invokeAction));

  router.use(
    answering((req) => {
      throw notImplemented(`${req.method} ${req.path}`);
    }),
  );
  return router;
}

function labelOf(version: number): string {
  const season = ['Spring', 'Summer', 'Winter'][(version - 46 + 1) % 3] ?? '';
  // v46 was Summer '19; each Winter release carries the next year's number.
  const year = 19 + Math.floor((version - 46 + 2) / 3);
  return `${season} '${year}`;
}

function resources(call: Call): Record<string, string> {
  const names = ['tooling', 'limits', 'jobs', 'query', 'queryAll', 'sobjects', 'composite', 'actions'];
  const paths = Object.fromEntries(names.map((name) => [name, `${call.basePath}/${name}`]));
  return { ...paths, identity: `${ownUrlOf(call.req)}/id/${ORG_ID}/${call.userId}` };
}
