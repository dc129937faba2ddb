import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/math/random.ts';
import {
  type CampaignTerms,
  campaignOptions,
  planCampaigns,
  type SegmentWorth,
} from '../../core/planning/campaigns.ts';

const SEGMENTS: readonly SegmentWorth[] = [
  { segment: 'champions', customers: 100, clv12m: 50_000 },
  { segment: 'at-risk', customers: 200, clv12m: 20_000 },
];
const campaign = (name: string, given: object = {}) => ({
  name,
  segments: [],
  fixedCost: 0,
  costPerCustomer: 1,
  lift: { share: 0.05, standardDeviation: 0.01 },
  ...given,
});
const terms = (...campaigns: CampaignTerms['campaigns']): CampaignTerms => ({
  campaigns,
  margin: 0.5,
  leastChance: 0.8,
});

describe('campaigns', () => {
  it('are none where none is configured, where none pays, and where there is no money', async () => {
    expect(await planCampaigns(SEGMENTS, terms(), null)).toMatchObject({ chosen: [], net: 0 });
    expect((await planCampaigns(SEGMENTS, terms(campaign('dear', { costPerCustomer: 100 })), null)).chosen).toEqual([]);
    expect((await planCampaigns(SEGMENTS, terms(campaign('mail')), 0)).chosen).toEqual([]);
  });

  it('are left out where the chance that they pay is below the least', async () => {
    const unsure = campaign('unsure', { lift: { share: 0.05, standardDeviation: 0.2 } });
    expect(campaignOptions(SEGMENTS, terms(unsure))[0]?.chanceItPays).toBeLessThan(0.8);
    expect((await planCampaigns(SEGMENTS, terms(unsure), null)).chosen).toEqual([]);
  });

  it('cost their fixed cost once, and only when it is worth it for all they are sent to', async () => {
    // Margin added: 1,250 for 100 and 500 for 200.
    const both = await planCampaigns(SEGMENTS, terms(campaign('mail', { fixedCost: 1_000 })), null);
    expect(both.chosen.map(({ segment }) => segment)).toEqual(['champions', 'at-risk']);
    expect(both).toMatchObject({ adds: 1_750, cost: 1_300, net: 450 });
    expect((await planCampaigns(SEGMENTS, terms(campaign('mail', { fixedCost: 1_500 })), null)).chosen).toEqual([]);
  });

  it('go to the segments they are meant for, one to each', async () => {
    const found = await planCampaigns(
      SEGMENTS,
      terms(
        campaign('mail'),
        campaign('gift', { segments: ['at-risk'], lift: { share: 0.1, standardDeviation: 0.01 } }),
      ),
      null,
    );
    expect(found.chosen.map(({ campaign: name, segment }) => `${name} ${segment}`)).toEqual([
      'mail champions',
      'gift at-risk',
    ]);
  });

  it('are those that trying every choice finds, within the budget', async () => {
    for (let seed = 0; seed < 30; seed += 1) {
      const random = seededRandom(seed);
      const segments = ['a', 'b', 'c'].map((segment) => ({
        segment,
        customers: 50 + Math.floor(200 * random.next()),
        clv12m: 5_000 + 50_000 * random.next(),
      }));
      const all = terms(
        ...['x', 'y', 'z'].map((name) =>
          campaign(name, {
            fixedCost: 800 * random.next(),
            costPerCustomer: 3 * random.next(),
            lift: { share: 0.1 * random.next(), standardDeviation: 0 },
          }),
        ),
      );
      const budget = 1_500 * random.next();
      let best = 0;
      // For each segment no campaign or one of three.
      for (let code = 0; code < 4 ** 3; code += 1) {
        const picks = segments.flatMap(({ segment }, at) => {
          const chosen = all.campaigns[(Math.floor(code / 4 ** at) % 4) - 1];
          const option = campaignOptions(segments, all).find(
            (each) => each.segment === segment && each.campaign === chosen?.name,
          );
          return option ? [option] : [];
        });
        const fixed = all.campaigns.reduce(
          (sum, { name, fixedCost }) => sum + (picks.some((pick) => pick.campaign === name) ? fixedCost : 0),
          0,
        );
        const cost = fixed + picks.reduce((sum, pick) => sum + pick.cost, 0);
        const allowed = picks.every(({ chanceItPays }) => chanceItPays >= all.leastChance);
        if (allowed && cost <= budget) best = Math.max(best, picks.reduce((sum, pick) => sum + pick.adds, 0) - cost);
      }
      const found = await planCampaigns(segments, all, budget);
      expect(found.net, `seed ${seed}`).toBeCloseTo(best, 6);
      expect(found.cost).toBeLessThanOrEqual(budget + 1e-6);
    }
  });
});
