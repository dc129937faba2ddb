import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useClient } from './session/session-context.ts';

/** However much happens, pages are read again at most so often. */
const AT_MOST_EVERY_MS = 5_000;
/** Where the stream cannot be had. */
const POLL_MS = 60_000;

/** Reads what pages show again when something has happened, by the stream of events; without one, by the clock. */
export function useLiveUpdates(): void {
  const client = useClient();
  const queries = useQueryClient();
  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    let poll: ReturnType<typeof setInterval> | null = null;
    const readAgain = () => {
      timer = null;
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
    };
    const follow = async () => {
      for await (const _ of client.streamEvents({ signal: ended.signal }))
        timer ??= setTimeout(readAgain, AT_MOST_EVERY_MS);
    };
    follow().catch(() => {
      if (!ended.signal.aborted) poll = setInterval(readAgain, POLL_MS);
    });
    return () => {
      ended.abort();
      if (timer !== null) clearTimeout(timer);
      if (poll !== null) clearInterval(poll);
    };
  }, [client, queries]);
}
