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
      const counts = done > 0 || total !== null;
      if (title !== current) {
        stop();
        current = title;
        startedAt = performance.now();
        // A step that counts nothing has no bar to draw.
        if (!counts) tell(title);
      }
      if (!counts) return;
      if (!bar) {
        bar = new cliProgress.SingleBar({
          stream: process.stderr,
          format: `${title.padEnd(32)} {bar} {value}{of}{rate}{left}`,
          barsize: 24,
          hideCursor: true,
        });
        bar.start(total ?? Math.max(done, 1), 0, { of: '', rate: '', left: '' });
      }
      const seconds = Math.max((performance.now() - startedAt) / 1_000, 0.001);
      // In its first moments a rate says nothing.
      const rate = seconds > 0.3 ? Math.round(done / seconds) : 0;
      bar.setTotal(Math.max(total ?? 1, done));
      bar.update(done, {
        of: total === null ? '' : ` of ${total}`,
        rate: rate > 0 ? ` · ${rate}/s` : '',
        left:
          total !== null && rate > 0
            ? ` · ${Math.ceil(Math.max(total - done, 0) / rate)} s left`
            : ` · ${Math.round(seconds)} s`,
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
