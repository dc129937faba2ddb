import { useState } from 'react';
import { Dialog } from './dialog.tsx';

/** Asks before it does what cannot be taken back. */
export function ConfirmButton({
  label,
  question,
  onConfirm,
}: {
  label: string;
  /** What will be gone. */
  question: string;
  onConfirm: () => void;
}) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" className="danger" onClick={() => setAsking(true)}>
        {label}
      </button>
      {asking && (
        <Dialog title={label} onClose={() => setAsking(false)}>
          <p>{question}</p>
          <div className="actions">
            <button
              type="button"
              className="danger"
              onClick={() => {
                setAsking(false);
                onConfirm();
              }}
            >
              {label}
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              Cancel
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
