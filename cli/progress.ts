import cliProgress from 'cli-progress';
import type { OnStep } from '../core/pipeline/cycle.ts';
import { tell } from './output.ts';

/** Shows how long work goes on. */
export interface Progress {
  step: OnStep;
  /** Ends the line that is being drawn. */
  stop(): void;
}

const PLAIN_EVERY_MS = 5_000;

/** A bar with rate and time left on an interactive terminal; otherwise a plain line for each step, and one every few seconds. */
export function createProgress(json: boolean): Progress {
  return process.stderr.isTTY && !json ? bars() : lines();
}

function bars(): Progress {
  let current = '';
  let bar: cliProgress.SingleBar | null = null;
  let startedAt = 0;
  const stop = () => {
    bar?.stop();
    bar = null;
    current = '';
  };
  return {
    stop,
    step: ({ step, detail, done, total }) => {
      const title = `${step} ${detail}`.trim();
      if (title !== current) {
        stop();
        current = title;
        bar = new cliProgress.SingleBar({
          stream: process.stderr,
          format: `${title.padEnd(32)} {bar} {value}{of} · {rate}/s · {left}`,
          barsize: 24,
          hideCursor: true,
          etaBuffer: 50,
        });
        bar.start(total ?? Math.max(done, 1), 0, { of: '', rate: 0, left: '' });
        startedAt = performance.now();
      }
      const seconds = Math.max((performance.now() - startedAt) / 1_000, 0.001);
      const rate = Math.round(done / seconds);
      if (total !== null) bar?.setTotal(Math.max(total, done));
      else bar?.setTotal(Math.max(done, 1));
      bar?.update(done, {
        of: total === null ? '' : ` of ${total}`,
        rate,
        left:
          total !== null && rate > 0
            ? `${Math.ceil(Math.max(total - done, 0) / rate)} s left`
            : `${Math.round(seconds)} s`,
      });
    },
  };
}

function lines(): Progress {
  let current = '';
  let shownAt = 0;
  let begun = 0;
  let last = '';
  const flush = () => {
    if (last) tell(last);
    last = '';
  };
  return {
    stop: flush,
    step: ({ step, detail, done, total }) => {
      const now = performance.now();
      const title = `${step} ${detail}`.trim();
      if (title !== current) {
        flush();
        current = title;
        begun = now;
        shownAt = now;
      }
      const seconds = (now - begun) / 1_000;
      const counted = done > 0 || total !== null;
      const rate = done > 0 && seconds > 0.5 ? ` (${Math.round(done / seconds)}/s)` : '';
      last = counted ? `${title}: ${done}${total === null ? '' : ` of ${total}`}${rate}` : title;
      if (now - shownAt < PLAIN_EVERY_MS) return;
      shownAt = now;
      flush();
    },
  };
}
