/** What HubSpot answers, as far as we read it. Unknown keys are left aside, absent ones allowed wherever HubSpot was seen to omit them. */
import { z } from 'zod';
import { faultSchema } from './errors.ts';

/** Ids come as text or as numbers. */
const id = z.union([z.string(), z.number()]).transform(String);
const next = z.object({ next: z.object({ after: id }).nullish() }).nullish();

/** A record of any object type: values are text, empty ones null. */
export const crmObjectSchema = z.object({
  id,
  properties: z.record(z.string(), z.string().nullable()),
  createdAt: z.string().nullish(),
  archivedAt: z.string().nullish(),
  associations: z
    .record(z.string(), z.object({ results: z.array(z.object({ id, type: z.string().nullish() })), paging: next }))
    .nullish(),
});
export type CrmObject = z.output<typeof crmObjectSchema>;

/** A page of a list or a search; `total` only of a search. */
export const pageSchema = z.object({
  results: z.array(crmObjectSchema),
  total: z.number().nullish(),
  paging: next,
});

/** One failure within a batch. */
const batchFaultSchema = faultSchema.extend({
  context: z.record(z.string(), z.array(id).catch([])).nullish().catch(undefined),
});
export type BatchFault = z.output<typeof batchFaultSchema>;

/** A batch of records read or written; failures beside results whatever the status. */
export const batchSchema = z.object({
  results: z.array(crmObjectSchema).default([]),
  numErrors: z.number().nullish(),
  errors: z.array(batchFaultSchema).nullish(),
});

/** Associations of several records. */
export const associationsSchema = z.object({
  results: z
    .array(
      z.object({
        from: z.object({ id }),
        to: z.array(
          z.object({
            toObjectId: id,
            associationTypes: z
              .array(z.object({ typeId: z.number().nullish(), label: z.string().nullish() }))
              .default([]),
          }),
        ),
        paging: next,
      }),
    )
    .default([]),
  errors: z.array(batchFaultSchema).nullish(),
});

/** A property definition. */
export const propertySchema = z.object({
  name: z.string(),
  type: z.string(),
  groupName: z.string().nullish(),
  options: z.array(z.object({ value: z.string() })).nullish(),
});
export const propertiesSchema = z.object({ results: z.array(propertySchema) });
/** Property definitions with what a mapping is chosen by. */
export const describedPropertiesSchema = z.object({
  results: z.array(
    propertySchema.extend({
      label: z.string().nullish(),
      fieldType: z.string().nullish(),
      calculated: z.boolean().nullish(),
      showCurrencySymbol: z.boolean().nullish(),
    }),
  ),
});
export const propertyBatchSchema = z.object({
  results: z.array(propertySchema).default([]),
  errors: z.array(batchFaultSchema).nullish(),
});
export const groupsSchema = z.object({ results: z.array(z.object({ name: z.string() })) });
export const groupSchema = z.object({ name: z.string() });

/** Pipelines of an object type with their stages; what metadata says is text. */
export const pipelinesSchema = z.object({
  results: z.array(
    z.object({
      stages: z.array(
        z.object({
          id,
          label: z.string(),
          metadata: z.object({ isClosed: z.string().nullish(), probability: z.string().nullish() }).nullish(),
        }),
      ),
    }),
  ),
});

/** The account behind a token. */
export const accountSchema = z.object({ portalId: id });

/** Calls of private apps today. */
export const usageSchema = z.object({
  results: z.array(z.object({ usageLimit: z.number().nullish(), currentUsage: z.number().nullish() })),
});

/** An enrolment in a sequence. */
export const enrolmentSchema = z.object({ id, sequenceId: id.nullish() });

/** A change of a list's members; HubSpot spells the first key so. */
export const membershipSchema = z.object({
  recordsIdsAdded: z.array(id).default([]),
  recordIdsMissing: z.array(id).default([]),
});
