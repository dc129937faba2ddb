import { type FormEvent, useState } from 'react';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';

/** Asks before it does what cannot be taken back, and has a word typed so that no habit answers. */
export function TypedConfirm({
  label,
  question,
  word,
  disabled,
  onConfirm,
}: {
  label: string;
  /** What will be gone. */
  question: string;
  /** What is to be typed. */
  word: string;
  disabled: boolean;
  onConfirm: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');
  const close = () => {
    setAsking(false);
    setTyped('');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== word) return;
    close();
    onConfirm();
  };
  return (
    <>
      <button type="button" className="danger" disabled={disabled} onClick={() => setAsking(true)}>
        {label}
      </button>
      {asking && (
        <Dialog title={label} onClose={close}>
          <p>{question}</p>
          <form onSubmit={submit}>
            <Field label={`Type “${word}” to go on`} value={typed} onChange={setTyped} />
            <div className="actions">
              <button type="submit" className="danger" disabled={typed.trim() !== word}>
                {label}
              </button>
              <button type="button" onClick={close}>
                Cancel
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
