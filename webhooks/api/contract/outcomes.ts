import { z } from 'zod';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

/** Answers of one request. */
const MOST_ANSWERS = 500;

export const giveNps = operation({
  id: 'giveNps',
  method: 'post',
  path: '/nps',
  summary:
    'Keeps answers to "how likely are you to recommend us", by which playbooks are measured. A customer’s second answer of a day replaces the first.',
  role: 'rep',
  body: name(
    'NpsAnswers',
    z.strictObject({
      answers: z
        .array(
          z.strictObject({
            customer: z.string().min(1).describe('Customer id, e-mail address or external id.'),
            score: z.int().min(0).max(10).describe('0 = not at all likely, 10 = most likely.'),
            answeredOn: z.iso
              .date()
              .optional()
              .describe('The day of the answer, not after today; today where it is left out.'),
          }),
        )
        .min(1)
        .max(MOST_ANSWERS),
    }),
  ),
  status: 201,
  answer: name(
    'KeptNpsAnswers',
    z.object({
      kept: z.number(),
      unknown: z.array(z.number()).describe('Which answers (0-based) were not kept: their customer is not known.'),
    }),
  ),
  refusals: [400],
});
