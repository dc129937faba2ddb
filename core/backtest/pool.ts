import { LEARNED_MEMBERS } from './learned-members.ts';
import { type Member, MODEL_MEMBERS, NAIVE_MEMBERS } from './members.ts';

/** Every way of telling that is compared, and that the ensemble may use. */
export const MEMBERS: readonly Member[] = [...MODEL_MEMBERS, ...LEARNED_MEMBERS, ...NAIVE_MEMBERS];
