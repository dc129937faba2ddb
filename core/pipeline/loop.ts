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
 * @param onError told what a pass threw; the loop goes on
 */
export function createLoop(
  pass: () => Promise<boolean>,
  { retryMs, onError }: { retryMs: number; onError: (error: unknown) => void },
): Loop {
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let hasFailed = false;

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
      wanted = false;
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
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
