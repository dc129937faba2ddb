import type { AllocationProblem, Choices } from './allocation.ts';
import { solveBinary } from './integer-programme.ts';

/**
 * The best plan of a problem small enough to be solved to the proof.
 *
 * @returns null when the time was not enough for a proof
 */
export async function solveExactly(
  { customers, limits }: AllocationProblem,
  { timeLimitSeconds }: { timeLimitSeconds: number },
): Promise<Choices | null> {
  const choices = new Int32Array(customers.length).fill(-1);
  const variables = customers.flatMap(({ options }, customer) =>
    options.flatMap((option, at) => (option.worth > 0 ? [{ name: `x${customer}_${at}`, customer, at, option }] : [])),
  );
  const chosen = await solveBinary(
    {
      weights: new Map(variables.map(({ name, option }) => [name, option.worth])),
      rows: [
        ...limits.map(({ available }, limit) => ({
          terms: variables.flatMap(({ name, option }) => {
            const amount = option.uses.reduce((sum, use) => sum + (use.limit === limit ? use.amount : 0), 0);
            return amount > 0 ? [[name, amount] as const] : [];
          }),
          atMost: available,
        })),
        ...[...Map.groupBy(variables, ({ customer }) => customer).values()]
          .filter((of) => of.length > 1)
          .map((of) => ({ terms: of.map(({ name }) => [name, 1] as const), atMost: 1 })),
      ],
    },
    { timeLimitSeconds },
  );
  if (chosen === null) return null;
  for (const { name, customer, at } of variables) if (chosen.has(name)) choices[customer] = at;
  return choices;
}
