import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { StaypowerApiError } from '../../../webhooks/client/staypower-client.ts';

/** Something is on its way. */
export function Loading({ what }: { what: string }) {
  return (
    <output className="state">
      <span className="spinner" aria-hidden="true" /> Loading {what}…
    </output>
  );
}

/** There is nothing, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state empty">
      <p className="state-title">{title}</p>
      {children}
    </div>
  );
}

/** Before the first scoring most questions have no answer yet, which is no fault. */
function NotScoredYet() {
  return (
    <Empty title="Nothing has been scored yet.">
      <p>
        This fills with the first scoring, which <code>serve</code> makes by itself once customers have been read. To
        make it now, run <code>staypower run</code>, or <code>staypower train</code> and <code>staypower score</code>;{' '}
        <code>staypower check --readiness</code> says whether there is enough to learn from.
      </p>
    </Empty>
  );
}

/** Something failed: what, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: Error; onRetry?: () => unknown }) {
  if (error instanceof StaypowerApiError && error.code === 'not-fitted') return <NotScoredYet />;
  return (
    <div className="state problem" role="alert">
      <p className="state-title">This could not be read.</p>
      <p>{error.message}</p>
      {onRetry && (
        <button type="button" onClick={() => void onRetry()}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Why what was asked for was not done; nothing while there is no such error. */
export function Problem({ error }: { error: Error | null }) {
  return (
    error && (
      <p className="problem" role="alert">
        {error.message}
      </p>
    )
  );
}

/** Shows what a query gives; or that it is on its way, or failed. */
export function Loaded<Data>({
  query,
  what,
  children,
}: {
  query: UseQueryResult<Data>;
  what: string;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} onRetry={query.refetch} />;
  return <Loading what={what} />;
}
