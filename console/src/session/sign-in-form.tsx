import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Field } from '../components/field.tsx';
import { Problem } from '../components/states.tsx';
import { type SessionState, setUp, signIn } from './session-api.ts';

/** Signs in; or, while nobody has an account, makes the first one with the token that `serve` printed. */
export function SignInForm({
  needsSetup,
  onSignedIn,
}: {
  needsSetup: boolean;
  onSignedIn: (state: SessionState) => void;
}) {
  const [setupToken, setSetupToken] = useState(() => setupTokenOf(location.hash));
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const attempt = useMutation({
    mutationFn: () => (needsSetup ? setUp({ setupToken, name, password }) : signIn({ name, password })),
    onSuccess: (state) => {
      if (needsSetup) history.replaceState(null, '', '#/');
      onSignedIn(state);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <form className="card sign-in-form" onSubmit={submit}>
      <h1>{needsSetup ? 'Make the first account' : 'Sign in'}</h1>
      {needsSetup && <p className="hint">It is an admin’s. Others are added under Settings.</p>}
      {needsSetup && (
        <Field
          label="Setup token"
          hint="Printed by “staypower serve” when it starts."
          value={setupToken}
          onChange={setSetupToken}
          autoComplete="off"
        />
      )}
      <Field label="Name or e-mail" value={name} onChange={setName} autoComplete="username" />
      <Field
        label="Password"
        {...(needsSetup && { hint: '12 characters or more.' })}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete={needsSetup ? 'new-password' : 'current-password'}
      />
      <Problem error={attempt.error} />
      <button type="submit" className="primary" disabled={attempt.isPending}>
        {needsSetup ? 'Make the account' : 'Sign in'}
      </button>
    </form>
  );
}

/** The token in the address that `serve` printed: behind "#", so that a browser sends it to nobody. */
function setupTokenOf(hash: string): string {
  return /^#setup=([\w-]+)$/.exec(hash)?.[1] ?? '';
}
