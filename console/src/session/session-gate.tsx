import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { ErrorState, Loading } from '../components/states.tsx';
import { readSession, type SessionState, signOut } from './session-api.ts';
import { clientOf, isEnough, type SignedIn, SignedInContext } from './session-context.ts';
import { SignInForm } from './sign-in-form.tsx';

const KEY = ['session'];
/** A session ends after hours: whoever left the page open is asked again without a click. */
const LOOK_AGAIN_MS = 5 * 60_000;

/** Shows what is inside to who is signed in, and the sign-in to everybody else. */
export function SessionGate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: readSession, refetchInterval: LOOK_AGAIN_MS });
  const session = data?.session ?? null;
  const signedIn = useMemo<SignedIn | null>(
    () =>
      session && {
        session,
        client: clientOf(session),
        may: (needs) => isEnough(session.role, needs),
        signOut: () => {
          void signOut(session.csrfToken).then((state) => change(queries, state));
        },
      },
    [session, queries],
  );
  if (signedIn) return <SignedInContext value={signedIn}>{children}</SignedInContext>;
  return (
    <main className="sign-in">
      {data ? (
        <SignInForm needsSetup={data.needsSetup} onSignedIn={(state) => change(queries, state)} />
      ) : error ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : (
        <Loading what="the console" />
      )}
    </main>
  );
}

/** Another is signed in from now on, or nobody: nothing of who was before stays. */
function change(queries: QueryClient, state: SessionState): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
  queries.setQueryData(KEY, state);
}
