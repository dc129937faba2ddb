/**
 * What HubSpot answers, as far as we read it. Unknown keys are left aside; whatever does not say which record is meant may be absent or
 * null: one odd value must not stop the reading of a stream.
 */
import { z } from 'zod';
import { faultSchema } from './errors.ts';

/** A list; absent or null it is an empty one. */
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
/** A text that says something beside the point; what is none says nothing. */
const aside = z.string().nullish().catch(null);

/** Ids come as text or as numbers. */
const id = z.union([z.string(), z.number()]).transform(String);
const next = z.object({ next: z.object({ after: id }).nullish() }).nullish();

/** A value of a property is text or null. Where HubSpot should send a number or a truth value once, it is meant as its text. */
const propertyValue = z
  .union([z.string(), z.number().transform(String), z.boolean().transform(String)])
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

/** A record of any object type: values are text, empty ones null. */
export const crmObjectSchema = z.object({
  id,
  properties: z
    .record(z.string(), propertyValue)
    .nullish()
    .transform((properties) => properties ?? {}),
  createdAt: aside,
  archivedAt: aside,
  associations: z
    .record(z.string(), z.object({ results: list(z.object({ id, type: aside })), paging: next }).nullish())
    .nullish(),
});
export type CrmObject = z.output<typeof crmObjectSchema>;

/** A page of a list or a search; `total` only of a search. */
export const pageSchema = z.object({
  results: list(crmObjectSchema),
  total: z.number().nullish().catch(null),
  paging: next,
});

/** One failure within a batch. */
const batchFaultSchema = faultSchema.extend({
  context: z.record(z.string(), z.array(id).catch([])).nullish().catch(undefined),
});
export type BatchFault = z.output<typeof batchFaultSchema>;

/** A batch of records read or written; failures beside results whatever the status. */
export const batchSchema = z.object({
  results: list(crmObjectSchema),
  numErrors: z.number().nullish().catch(null),
  errors: z.array(batchFaultSchema).nullish(),
});

/** Associations of several records. */
export const associationsSchema = z.object({
  results: list(
    z.object({
      from: z.object({ id }),
      to: list(
        z.object({
          toObjectId: id,
          associationTypes: list(z.object({ typeId: z.number().nullish().catch(null), label: aside })),
        }),
      ),
      paging: next,
    }),
  ),
  errors: z.array(batchFaultSchema).nullish(),
});

/** A property definition. */
export const propertySchema = z.object({
  name: z.string(),
  type: z.string(),
  groupName: aside,
  options: list(z.object({ value: z.string() })),
});
export const propertiesSchema = z.object({ results: list(propertySchema) });
/** Property definitions with what a mapping is chosen by. */
export const describedPropertiesSchema = z.object({
  results: list(
    propertySchema.extend({
      label: aside,
      fieldType: aside,
      calculated: z.boolean().nullish().catch(null),
      showCurrencySymbol: z.boolean().nullish().catch(null),
      numberDisplayHint: aside,
      referencedObjectType: aside,
    }),
  ),
});
export const propertyBatchSchema = z.object({
  results: list(propertySchema),
  errors: z.array(batchFaultSchema).nullish(),
});
export const groupsSchema = z.object({ results: list(z.object({ name: z.string() })) });
export const groupSchema = z.object({ name: z.string() });

/** Pipelines of an object type with their stages; what metadata says is text. */
export const pipelinesSchema = z.object({
  results: list(
    z.object({
      id,
      displayOrder: z.number().catch(0),
      stages: list(
        z.object({
          id,
          label: z.string().catch(''),
          displayOrder: z.number().catch(0),
          metadata: z.object({ isClosed: aside, probability: aside, ticketState: aside }).nullish().catch(null),
        }),
      ),
    }),
  ),
});

/** The account behind a token. */
export const accountSchema = z.object({ portalId: id });

/** Calls of private apps today. */
export const usageSchema = z.object({
  results: list(
    z.object({ usageLimit: z.number().nullish().catch(null), currentUsage: z.number().nullish().catch(null) }),
  ),
});

/** An enrolment in a sequence. */
export const enrolmentSchema = z.object({ id, sequenceId: id.nullish() });

/** A change of a list's members; HubSpot spells the first key so. */
export const membershipSchema = z.object({
  recordsIdsAdded: list(id),
  recordIdsMissing: list(id),
});
