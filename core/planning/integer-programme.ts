/** A programme of yes/no decisions: maximise the sum of weights of what is decided with yes, every row at most its limit. */
export interface BinaryProgramme {
  /** By name of the decision: letters, digits and underscores. */
  weights: ReadonlyMap<string, number>;
  rows: readonly { terms: readonly (readonly [name: string, amount: number])[]; atMost: number }[];
}

/** Loaded once, by who needs it: three and a half megabytes of WebAssembly. Each call of `solve` has a solver of its own. */
let solver: ReturnType<typeof loadSolver> | undefined;

async function loadSolver() {
  const { default: loaded } = await import('highs');
  // Its declarations count as CommonJS, where the loader is the default's default; what is loaded is the ES module.
  const load = loaded as unknown as typeof loaded.default;
  return load();
}

/**
 * Solves a programme to the proof by branch and bound (HiGHS).
 *
 * @returns the decisions made with yes; null when the time was not enough for a proof
 */
export async function solveBinary(
  { weights, rows }: BinaryProgramme,
  { timeLimitSeconds }: { timeLimitSeconds: number },
): Promise<ReadonlySet<string> | null> {
  if (weights.size === 0) return new Set();
  // One term a line: readers of the format cut long lines.
  const sum = (terms: Iterable<readonly [string, number]>) =>
    [...terms].map(([name, amount]) => `${amount < 0 ? '-' : '+'} ${Math.abs(amount)} ${name}`).join('\n ');
  const programme = [
    'Maximize',
    ` worth: ${sum(weights)}`,
    'Subject To',
    ...rows.flatMap(({ terms, atMost }, row) => (terms.length > 0 ? [` row${row}: ${sum(terms)} <= ${atMost}`] : [])),
    'Binary',
    ...[...weights.keys()].map((name) => ` ${name}`),
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
  return new Set([...weights.keys()].filter((name) => (solution.Columns[name]?.Primal ?? 0) > 0.5));
}
