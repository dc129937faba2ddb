import { useMutation } from '@tanstack/react-query';
import { Problem } from '../../components/states.tsx';
import { useClient, useSignedIn } from '../../session/session-context.ts';

const VERDICTS = [
  { verdict: 'useful', label: 'Useful' },
  { verdict: 'wrong', label: 'Wrong' },
] as const;

/** Says whether the scores help: kept with the score it is about, for models to be judged by. */
export function FeedbackButtons({ customerId }: { customerId: string }) {
  const client = useClient();
  const { may } = useSignedIn();
  const give = useMutation({
    mutationFn: (verdict: 'useful' | 'wrong') => client.giveFeedback({ customer: customerId, verdict }),
  });
  if (!may('rep')) return null;
  return (
    <fieldset className="feedback">
      <legend>Do these scores help?</legend>
      {VERDICTS.map(({ verdict, label }) => (
        <button
          key={verdict}
          type="button"
          aria-pressed={give.isSuccess && give.variables === verdict}
          disabled={give.isPending}
          onClick={() => give.mutate(verdict)}
        >
          {label}
        </button>
      ))}
      {give.isSuccess && <output className="hint">Kept. Thank you.</output>}
      <Problem error={give.error} />
    </fieldset>
  );
}
