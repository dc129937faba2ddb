import type { TrialCustomer } from '../../core/evaluation/playbook-effect.ts';
import { normal, seededRandom } from '../../core/math/random.ts';
import { armOf } from '../../core/playbooks/holdout.ts';

/**
 * A playbook's customers as they come, by its own draw; an effect may be planted. Six in ten stay by themselves.
 *
 * @param options.share held out; @param options.money outcomes are money instead of whether they stayed
 */
export function simulatedTrial(
  seed: number,
  options: { customers: number; effect?: number; share?: number; perAccount?: number; money?: boolean },
): readonly TrialCustomer[] {
  const { customers, effect = 0, share = 0.1, perAccount = 1, money = false } = options;
  const random = seededRandom(seed);
  const mood = new Map<string, number>();
  return Array.from({ length: customers }, (_, index) => {
    const unit = `account-${seed}-${Math.floor(index / perAccount)}`;
    if (!mood.has(unit)) mood.set(unit, random.next());
    const treated = armOf('save', unit, share) === 'treated';
    const stays = 0.6 + (treated ? effect : 0);
    // Colleagues stay or leave together four times in five.
    const draw = perAccount > 1 && random.next() < 0.8 ? (mood.get(unit) ?? 0) : random.next();
    const stayed = draw < stays ? 1 : 0;
    return { unit, treated, outcome: money ? stayed * Math.exp(4 + normal(random)) : stayed };
  });
}
