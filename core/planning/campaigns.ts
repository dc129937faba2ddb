import { ConvergenceError } from '../domain/errors.ts';
import { logNormalSurvival } from '../math/normal-distribution.ts';
import { solveBinary } from './integer-programme.ts';
import type { Campaign } from './settings.ts';

/** Customers of one segment whom one may contact: how many, and what their next 12 months are worth (discounted revenue). */
export interface SegmentWorth {
  segment: string;
  customers: number;
  clv12m: number;
}

/** A campaign for a segment. Money in the reporting currency. */
export interface CampaignOption {
  campaign: string;
  segment: string;
  customers: number;
  /** Margin of what it adds to the value, expected. */
  adds: number;
  /** For each customer; what the campaign costs once is apart. */
  cost: number;
  /** That it adds more than it costs, without what the campaign costs once. */
  chanceItPays: number;
}

/** Which campaigns to run for whom. */
export interface CampaignPlan {
  budget: number | null;
  chosen: readonly CampaignOption[];
  /** Of the chosen, what they cost once included. */
  adds: number;
  cost: number;
  net: number;
}

/** What a plan of campaigns depends on. */
export interface CampaignTerms {
  campaigns: readonly Campaign[];
  margin: number;
  leastChance: number;
}

const TIME_LIMIT_SECONDS = 20;

/** Every campaign for every segment it is meant for, as what it adds to the value of that segment. */
export function campaignOptions(
  segments: readonly SegmentWorth[],
  { campaigns, margin }: Pick<CampaignTerms, 'campaigns' | 'margin'>,
): readonly CampaignOption[] {
  return campaigns.flatMap(({ name, costPerCustomer, lift, segments: meant }) =>
    segments
      .filter(({ segment, customers }) => customers > 0 && (meant.length === 0 || meant.includes(segment)))
      .map(({ segment, customers, clv12m }) => {
        const adds = clv12m * lift.share * margin;
        const cost = customers * costPerCustomer;
        const spread = clv12m * lift.standardDeviation * margin;
        const chanceItPays = spread > 0 ? Math.exp(logNormalSurvival((cost - adds) / spread)) : Number(adds > cost);
        return { campaign: name, segment, customers, adds, cost, chanceItPays };
      }),
  );
}

/**
 * The campaigns that add most for their cost within a budget, solved to the proof: each segment gets one at most, since nobody has measured
 * two at once; a campaign that runs for anybody costs its fixed cost once; what pays with less than the least chance is left out.
 *
 * @param budget null is no limit
 */
export async function planCampaigns(
  segments: readonly SegmentWorth[],
  terms: CampaignTerms,
  budget: number | null,
): Promise<CampaignPlan> {
  const options = campaignOptions(segments, terms).filter(({ chanceItPays }) => chanceItPays >= terms.leastChance);
  const fixed = terms.campaigns.map(({ name, fixedCost }, at) => ({ name, fixedCost, key: `run${at}` }));
  const named = options.map((option, at) => ({
    option,
    key: `for${at}`,
    run: fixed.find(({ name }) => name === option.campaign)?.key ?? '',
  }));
  const decided = await solveBinary(
    {
      weights: new Map([
        ...named.map(({ key, option }) => [key, option.adds - option.cost] as const),
        ...fixed.map(({ key, fixedCost }) => [key, -fixedCost] as const),
      ]),
      rows: [
        ...named.map(({ key, run }) => ({ terms: [[key, 1] as const, [run, -1] as const], atMost: 0 })),
        ...[...Map.groupBy(named, ({ option }) => option.segment).values()].map((of) => ({
          terms: of.map(({ key }) => [key, 1] as const),
          atMost: 1,
        })),
        ...(budget === null
          ? []
          : [
              {
                terms: [
                  ...named.map(({ key, option }) => [key, option.cost] as const),
                  ...fixed.map(({ key, fixedCost }) => [key, fixedCost] as const),
                ].filter(([, cost]) => cost > 0),
                atMost: budget,
              },
            ]),
      ],
    },
    { timeLimitSeconds: TIME_LIMIT_SECONDS },
  );
  if (decided === null) {
    throw new ConvergenceError('The choice of campaigns was not proved to be the best in time.', {
      iterations: 0,
      advice: 'Plan fewer campaigns at once, or name their segments.',
    });
  }
  const chosen = named.filter(({ key }) => decided.has(key)).map(({ option }) => option);
  const running = new Set(chosen.map(({ campaign }) => campaign));
  const adds = chosen.reduce((sum, option) => sum + option.adds, 0);
  const cost =
    chosen.reduce((sum, option) => sum + option.cost, 0) +
    fixed.reduce((sum, { name, fixedCost }) => sum + (running.has(name) ? fixedCost : 0), 0);
  return { budget, chosen, adds, cost, net: adds - cost };
}
