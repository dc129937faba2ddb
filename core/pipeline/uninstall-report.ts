import type { UninstallStep } from './unprovision.ts';

/** What an uninstall found or did, for those who asked for it. */
export interface UninstallReport {
  /** Tasks are one step, however many, and so are tickets: each stands on somebody's record. */
  steps: readonly UninstallStep[];
  /** What only the admin of the vendor's account can take away, in sentences. */
  byHand: readonly string[];
}

const BY_HAND: Readonly<Record<string, string>> = {
  salesforce:
    'Salesforce: delete the External Client App, and the Outbound Messages that call us, if you made any (Setup).',
  hubspot:
    'HubSpot: delete the service key or the app with its webhook subscriptions, where you made one for Staypower.',
  segment:
    'Segment: delete the source that took the scores and the webhook destination, where you made them for Staypower.',
};

/** What stays at these vendors until their admin takes it away. */
export function leftByHand(vendors: Iterable<string>): readonly string[] {
  return [...new Set(vendors)].flatMap((vendor) => BY_HAND[vendor] ?? []);
}

/** The steps with tasks and tickets counted together, by what became of them. */
export function withRecordsCounted(steps: readonly UninstallStep[]): readonly UninstallStep[] {
  const groups = Map.groupBy(steps, (step) =>
    step.what === 'task' || step.what === 'ticket'
      ? `${step.connectionId} ${step.what} ${step.outcome} ${step.note}`
      : null,
  );
  return [...groups].flatMap(([key, same]) => {
    const [first] = same;
    if (key === null || first === undefined) return same;
    return [{ ...first, name: `${same.length} open ${first.what}${same.length === 1 ? '' : 's'}` }];
  });
}
