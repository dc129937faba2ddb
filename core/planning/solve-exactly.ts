import type { AllocationProblem, Choices } from './allocation.ts';

/** Loaded once, by who allocates: three and a half megabytes of WebAssembly. Each call of `solve` has a solver of its own. */
let solver: ReturnType<typeof loadSolver> | undefined;

async function loadSolver() {
  const { default: loaded } = await import('highs');
  // Its declarations count as CommonJS, where the loader is the default's default; what is loaded is the ES module.
  const load = loaded as unknown as typeof loaded.default;
  return load();
}

/**
 * The best plan of a problem small enough to be solved to the proof, by branch and bound (HiGHS).
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
  if (variables.length === 0) return choices;
  const rows = limits.map((_, limit) =>
    variables.flatMap(({ name, option }) => {
      const amount = option.uses.reduce((sum, use) => sum + (use.limit === limit ? use.amount : 0), 0);
      return amount > 0 ? [`${amount} ${name}`] : [];
    }),
  );
  const byCustomer = Map.groupBy(variables, ({ customer }) => customer);
  // One term a line: readers of the format cut long lines.
  const programme = [
    'Maximize',
    ` worth: ${variables.map(({ name, option }) => `${option.worth} ${name}`).join('\n + ')}`,
    'Subject To',
    ...rows.flatMap((terms, limit) =>
      terms.length > 0 ? [` limit${limit}: ${terms.join('\n + ')} <= ${limits[limit]?.available}`] : [],
    ),
    ...[...byCustomer].flatMap(([customer, of]) =>
      of.length > 1 ? [` one${customer}: ${of.map(({ name }) => name).join('\n + ')} <= 1`] : [],
    ),
    'Binary',
    ...variables.map(({ name }) => ` ${name}`),
    'End',
  ].join('\n');
  solver ??= loadSolver();
  const solution = (await solver).solve(programme, {
    output_flag: false,
    mip_rel_gap: 0,
    mip_abs_gap: 0,
    time_limit: timeLimitSeconds,
  });
  if (solution.Status !== 'Optimal') return null;
  for (const { name, customer, at } of variables) {
    if ((solution.Columns[name]?.Primal ?? 0) > 0.5) choices[customer] = at;
  }
  return choices;
}
