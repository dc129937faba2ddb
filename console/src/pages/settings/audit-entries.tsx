import { useInfiniteQuery } from '@tanstack/react-query';
import { Scroll } from '../../components/scroll.tsx';
import { Empty, ErrorState, Loading } from '../../components/states.tsx';
import { moment } from '../../format.ts';
import { useClient } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';

const ENTRIES_PER_PAGE = 50;

/** Who did what. */
export function AuditEntries() {
  const client = useClient();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) =>
      client.listAudit({ limit: ENTRIES_PER_PAGE, ...(pageParam !== null && { before: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ entries }) => (entries.length === ENTRIES_PER_PAGE ? (entries.at(-1)?.seq ?? null) : null),
  });
  if (error) return <ErrorState error={error} onRetry={refetch} />;
  if (!data) return <Loading what="the audit log" />;
  const entries = data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) return <Empty title="Nothing has been changed yet." />;
  return (
    <>
      <Scroll label="Audit">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              <th scope="col">Details</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.seq}>
                <td className="nowrap">{moment(entry.at)}</td>
                <td>{entry.name ?? entry.actor}</td>
                <td>{inWords(entry.action)}</td>
                <td className="hint">
                  {Object.entries(entry.detail)
                    .map(([name, value]) => `${name} ${value}`)
                    .join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {hasNextPage && (
        <div className="actions">
          <button type="button" disabled={isFetching} onClick={() => void fetchNextPage()}>
            Show earlier
          </button>
        </div>
      )}
    </>
  );
}
