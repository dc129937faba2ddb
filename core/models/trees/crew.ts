import { Worker } from 'node:worker_threads';
import { PHASE, type Phase, runPhase } from './phases.ts';
import { CONTROL, type Shop } from './shop.ts';

/** The threads of one training: the caller is the first of them, so that `run` returns when every share is done. */
export interface Crew {
  run(phase: Phase): void;
  /** Sends the other threads home. */
  stop(): void;
}

/** Looks this often at the flag before a thread goes to sleep: phases follow one another within microseconds. */
const SPINS = 20_000;
const NAP_MS = 5;

/**
 * Starts the other threads of a plan. They wait for phases in the shared memory, not for messages, so training stays one synchronous
 * call. A pool such as piscina does not fit: all shares must run at the same time, and a queued share would hold up the rest.
 */
export function startCrew(shop: Shop): Crew {
  const { plan, memory, values, i32 } = shop;
  const control = plan.at.control >> 2;
  const others = plan.threads - 1;
  // The worker file has this file's ending: .ts from the sources, .js when built.
  const file = new URL(`./crew-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);
  for (let thread = 1; thread < plan.threads; thread += 1) {
    new Worker(file, { workerData: { plan, source: memory.source, values, thread }, execArgv: [] }).unref();
  }
  const announce = (phase: Phase) => {
    i32[control + CONTROL.phase] = phase;
    Atomics.store(i32, control + CONTROL.done, 0);
    Atomics.add(i32, control + CONTROL.phaseNumber, 1);
    Atomics.notify(i32, control + CONTROL.phaseNumber);
  };
  return {
    run(phase) {
      if (others === 0) return runPhase(shop, 0, phase);
      announce(phase);
      runPhase(shop, 0, phase);
      for (let done = 0; done < others; ) done = awaitChange(i32, control + CONTROL.done, done);
    },
    stop() {
      if (others > 0) announce(PHASE.stop);
    },
  };
}

/** The other threads' life: take the share of each phase that is announced, until told to stop. */
export function serveCrew(shop: Shop, thread: number): void {
  const { plan, i32 } = shop;
  const control = plan.at.control >> 2;
  for (let seen = 0; ; ) {
    // A late starter finds its first phase already announced; none is skipped, since the caller waits for every share.
    seen = awaitChange(i32, control + CONTROL.phaseNumber, seen);
    const phase = i32[control + CONTROL.phase] as Phase;
    if (phase === PHASE.stop) return;
    runPhase(shop, thread, phase);
    Atomics.add(i32, control + CONTROL.done, 1);
    Atomics.notify(i32, control + CONTROL.done);
  }
}

/** The value of a slot once it is no longer `known`. */
function awaitChange(i32: Int32Array, slot: number, known: number): number {
  for (let spins = 0; ; spins += 1) {
    const value = Atomics.load(i32, slot);
    if (value !== known) return value;
    if (spins >= SPINS) {
      Atomics.wait(i32, slot, known, NAP_MS);
      spins = 0;
    }
  }
}
