import { setTimeout as wait } from 'node:timers/promises';

/** Work that is done whenever there is some, one pass at a time. */
export interface Loop {
  /** There is work, or may be. What is told during a pass makes one more. */
  wake(): void;
  /** Resolves when no pass is under way, and none is wanted but by one that failed. */
  idle(): Promise<void>;
  /** Lets the pass under way end and begins no other. */
  stop(): Promise<void>;
}

/**
 * @param pass resolves to whether something had to wait that is to be looked at again by itself
 * @param retryMs when that is, and when a pass that failed is repeated: until then nobody wakes it, however much comes in
 * @param everyMs a pass begins no sooner after the one before: what is told meanwhile shares it
 * @param onError told what a pass threw; the loop goes on
 */
export function createLoop(
  pass: () => Promise<boolean>,
  { retryMs, everyMs = 0, onError }: { retryMs: number; everyMs?: number; onError: (error: unknown) => void },
): Loop {
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let hasFailed = false;
  let beganMs = Number.NEGATIVE_INFINITY;
  const rest = new AbortController();

  const wake = () => {
    if (stopped) return;
    wanted = true;
    if (!hasFailed) running ??= run();
  };
  const wakeLater = () => {
    if (stopped || timer) return;
    timer = setTimeout(() => {
      timer = null;
      hasFailed = false;
      wake();
    }, retryMs);
    timer.unref();
  };
  const run = async () => {
    while (wanted && !stopped && !hasFailed) {
      const restMs = beganMs + everyMs - performance.now();
      if (restMs > 0) {
        await wait(restMs, undefined, { signal: rest.signal }).catch(() => undefined);
        continue;
      }
      wanted = false;
      beganMs = performance.now();
      try {
        if (await pass()) wakeLater();
      } catch (error) {
        onError(error);
        hasFailed = true;
        wakeLater();
      }
    }
    running = null;
  };
  return {
    wake,
    idle: async () => {
      while (running) await running;
    },
    stop: async () => {
      stopped = true;
      rest.abort();
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
