import type { ContractRecord, InstantOrDay } from '../../core/domain/records.ts';

/** Days of a contract as a contact's record has them; null where it has none. */
export interface ContractDays {
  startsOn: InstantOrDay | null;
  endsOn: InstantOrDay | null;
  cancelledOn: InstantOrDay | null;
}

/**
 * The term of a contract that stands on a contact's record; none where all days are empty. A renewal overwrites the end: it gives a
 * further term, since the end is part of the id, and the term before it stays on record.
 */
export function standingTerm(contactExternalId: string, days: ContractDays): readonly ContractRecord[] {
  const { startsOn, endsOn, cancelledOn } = days;
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
    },
  ];
}
