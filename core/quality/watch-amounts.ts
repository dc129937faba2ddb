import { amountFinding, LEAST_AMOUNTS, UNIT_STEPS } from './amount-rules.ts';
import type { Finding } from './finding.ts';
import { addTo, emptySketch, ownSpread, type Sketch, type Spread, spreadOf } from './sketch.ts';
import { findUnitStep, isStepped, type UnitStep, WINDOW } from './unit-change.ts';
import type { Watch } from './watch.ts';

/** An order above zero, to be judged by its amount. */
export interface Amount {
  seq: string;
  /** Natural logarithm of the amount in the workspace's currency. */
  log: number;
  day: string;
  /** The customer's other orders: logarithm and day. */
  own: readonly { log: number; day: string }[];
  /** Whether an admin accepted this order's amount as it is. */
  accepted: boolean;
}

/** What became of the amounts of a batch. */
export interface JudgedAmounts {
  /** By `seq`. */
  findings: ReadonlyMap<string, Finding>;
  /** Records to be judged again: they were judged before a change of unit was known, or its end. */
  again: readonly string[];
}

/** Looking for a step after every so many amounts is often enough: the window holds forty. */
const LOOK_EVERY = 4;

/**
 * Judges the amounts of a batch one after another, in the order of their sales, and moves the connection's running statistics along. A
 * first batch is judged by itself: quantiles stand what is wrong in it.
 */
export function watchAmounts(watch: Watch, amounts: readonly Amount[], currency: string): JudgedAmounts {
  const findings = new Map<string, Finding>();
  const again: string[] = [];
  const book = spreadOf(watch.amounts.n >= LEAST_AMOUNTS ? watch.amounts : withBatch(watch, amounts));
  const mine = new Map(amounts.map((amount) => [amount.seq, amount]));
  const judge = (amount: Amount): Finding | null => {
    if (amount.accepted) return null;
    return (
      unitFinding(watch, amount, book, currency) ??
      amountFinding(amount.log, { book, own: amount.own.map(({ log }) => log), currency })
    );
  };
  for (const [index, amount] of amounts.entries()) {
    const finding = judge(amount);
    if (finding) findings.set(amount.seq, finding);
    keep(watch, amount, finding?.severity === 'hold');
    if (index % LOOK_EVERY !== LOOK_EVERY - 1 && index !== amounts.length - 1) continue;
    const usual = spreadOf(watch.amounts);
    const logs = watch.window.map(({ log }) => log);
    const step = findUnitStep(logs, usual);
    if (watch.unit !== null) {
      if (step === null && usual !== null && isBack(logs, usual)) again.push(...endOf(watch, usual));
    } else if (step !== null) {
      takeUp(watch, step, { mine, judge, findings, again });
    }
  }
  return { findings, again };
}

/** What a connection's own sketch and a batch hold together. */
function withBatch(watch: Watch, amounts: readonly Amount[]): Sketch {
  const sketch = { n: watch.amounts.n, bins: { ...watch.amounts.bins } };
  for (const { log } of watch.window) addTo(sketch, log);
  for (const { log } of amounts) addTo(sketch, log);
  return sketch;
}

/** Keeps an amount in the window; what leaves that becomes usual unless it was held. */
function keep(watch: Watch, { seq, log, day }: Amount, held: boolean): void {
  watch.window.push({ seq, log, day, held });
  while (watch.window.length > WINDOW) {
    const gone = watch.window.shift();
    if (gone && !gone.held) addTo(watch.amounts, gone.log);
  }
}

/** A change of unit was found: what lies after it is held, also what was let through before it was known. */
function takeUp(
  watch: Watch,
  step: UnitStep,
  context: {
    mine: ReadonlyMap<string, Amount>;
    judge: (amount: Amount) => Finding | null;
    findings: Map<string, Finding>;
    again: string[];
  },
): void {
  const after = watch.window.slice(step.from);
  const from = after.reduce((first, { day }) => (day < first ? day : first), after[0]?.day ?? '');
  watch.unit = { factor: step.factor, from };
  for (const each of after) {
    const amount = context.mine.get(each.seq);
    if (amount === undefined) {
      context.again.push(each.seq);
      continue;
    }
    const finding = context.judge(amount);
    if (finding === null) continue;
    context.findings.set(each.seq, finding);
    each.held = finding.severity === 'hold';
  }
}

function unitFinding(watch: Watch, amount: Amount, book: Spread | null, currency: string): Finding | null {
  const { unit } = watch;
  if (unit === null || amount.day < unit.from) return null;
  const step = UNIT_STEPS.find(({ factor }) => factor === unit.factor);
  const before = amount.own.filter(({ day }) => day < unit.from).map(({ log }) => log);
  const usual = ownSpread(before, 0) ?? spreadOf(watch.amounts) ?? book;
  if (step === undefined || usual === null || !isStepped(amount.log, usual.median, step.log)) return null;
  const money = (log: number) => `${Math.exp(log).toPrecision(3)} ${currency}`;
  return {
    rule: 'unit-change',
    severity: 'hold',
    field: 'amount',
    expected: `about ${money(usual.median)}, as before ${unit.from}`,
    found: `${money(amount.log)}: since then all amounts are about ${unit.factor} times as much`,
    remedy:
      'If the unit changed at the source (cents for euros), make a fix for the connection from that day on, or correct it there. If prices did change so, accept them.',
  };
}

/** Whether the last amounts are as they were before a change of unit. */
function isBack(logs: readonly number[], usual: Spread): boolean {
  if (logs.length < WINDOW / 2) return false;
  const last = logs.slice(-WINDOW / 2).sort((a, b) => a - b);
  const middle = last[last.length >> 1] as number;
  return Math.abs(middle - usual.median) < Math.log(10) / 2;
}

/** Ends a change of unit. Returns what is usual and was held while it was thought to go on; what came in the other unit stays held. */
function endOf(watch: Watch, usual: Spread): readonly string[] {
  const half = Math.log(watch.unit?.factor ?? 1) / 2;
  watch.unit = null;
  return watch.window
    .filter(({ held, log }) => held && Math.abs(log - usual.median) < Math.abs(half))
    .map(({ seq }) => seq);
}

/** Forgets what was usual: an admin has said that the amounts of now are right. */
export function forgetAmounts(watch: Watch): void {
  watch.amounts = emptySketch();
  watch.window = [];
  watch.unit = null;
}
