/**
 * Time that passes faster, for a whole process: loaded before everything else (`node --import`), it speeds up the clock and the timers
 * together, so that a limit of so many calls in ten seconds holds as it stands while a load of days' worth of calls takes minutes.
 * Processes with the same FAST_CLOCK_SINCE (milliseconds since 1970) and FAST_CLOCK_SPEED agree on the time. What is measured by
 * `performance.now()` is real.
 */
const since = Number(process.env['FAST_CLOCK_SINCE'] ?? Number.NaN);
const speed = Number(process.env['FAST_CLOCK_SPEED'] ?? Number.NaN);
if (!(since > 0 && speed >= 1)) throw new Error('FAST_CLOCK_SINCE and FAST_CLOCK_SPEED say from when on and how fast');

const RealDate = Date;
const realNow = RealDate.now.bind(RealDate);
const now = () => Math.floor(since + (realNow() - since) * speed);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: [], newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

const { setTimeout: realSetTimeout } = globalThis;
globalThis.setTimeout = new Proxy(realSetTimeout, {
  apply: (target, self, [work, ms = 0, ...given]: [() => void, number?, ...unknown[]]) =>
    Reflect.apply(target, self, [work, ms / speed, ...given]),
});
