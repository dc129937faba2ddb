import { Dialog } from './dialog.tsx';

/** Shows a secret once. */
export function SecretDialog({ title, secret, onClose }: { title: string; secret: string; onClose: () => void }) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>It is not shown again: copy it now.</p>
      <p>
        <code className="secret">{secret}</code>
      </p>
      <div className="actions">
        <button type="button" onClick={() => void navigator.clipboard.writeText(secret)}>
          Copy
        </button>
        <button type="button" className="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}
