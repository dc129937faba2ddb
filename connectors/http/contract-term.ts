import type { ContractRecord, InstantOrDay } from '../../core/domain/records.ts';

/** A contract as a contact's record has them; days are null where it has none. */
export interface ContractOnRecord {
  startsOn: InstantOrDay | null;
  endsOn: InstantOrDay | null;
  cancelledOn: InstantOrDay | null;
  /** What a year of it is worth, a decimal string in the workspace's currency; null where that is not mapped or empty. */
  annualValue: string | null;
}

/**
 * The term of a contract that stands on a contact's record; none where all days are empty. A renewal overwrites the end: it gives a
 * further term, since the end is part of the id, and the term before it stays on record.
 */
export function standingTerm(contactExternalId: string, said: ContractOnRecord): readonly ContractRecord[] {
  const { startsOn, endsOn, cancelledOn, annualValue } = said;
  if (startsOn === null && endsOn === null && cancelledOn === null) return [];
  return [
    {
      kind: 'contract',
      externalId: `${contactExternalId}@${endsOn?.slice(0, 10) ?? 'open'}`,
      contactExternalId,
      startsOn,
      endsOn,
      cancelledOn,
      endKnownOn: null,
      ...(annualValue !== null && { annualValue: { amount: annualValue, currency: null } }),
    },
  ];
}
