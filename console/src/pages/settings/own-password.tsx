import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Field } from '../../components/field.tsx';
import { Problem } from '../../components/states.tsx';
import { changePassword } from '../../session/session-api.ts';
import { useSignedIn } from '../../session/session-context.ts';

/** Changes the password of who is signed in. */
export function OwnPassword() {
  const { session } = useSignedIn();
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => changePassword({ present, next }, session.csrfToken),
    onSuccess: () => {
      setPresent('');
      setNext('');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form className="form-row" onSubmit={submit}>
      <Field
        label="Present password"
        type="password"
        value={present}
        onChange={setPresent}
        autoComplete="current-password"
      />
      <Field
        label="New password, 12 characters or more"
        type="password"
        value={next}
        onChange={setNext}
        autoComplete="new-password"
      />
      <button type="submit" disabled={change.isPending}>
        Change password
      </button>
      <Problem error={change.error} />
      {change.isSuccess && <output>Changed. Your other sessions have ended.</output>}
    </form>
  );
}
