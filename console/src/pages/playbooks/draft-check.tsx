import type { PlaybookCheck } from '../../../../webhooks/client/staypower-client.ts';
import { counted } from '../../format.ts';

/** What is wrong with a draft, each problem with a way to its line; its rule in words; and what its task would say of somebody. */
export function DraftCheck({ check, onLine }: { check: PlaybookCheck; onLine: (line: number) => void }) {
  const { problems, rule, previews } = check;
  return (
    <>
      {problems.length > 0 && (
        <div className="remarks" aria-live="polite">
          <p>{counted(problems.length, 'problem')} before it can be used:</p>
          <ul>
            {problems.map(({ line, path, expected, found, remedy }) => (
              <li key={`${line} ${path} ${expected} ${found}`}>
                {line !== null && (
                  <button type="button" className="link" onClick={() => onLine(line)}>
                    Line {line}
                  </button>
                )}{' '}
                {path !== '' && <code>{path}</code>} expected {expected}
                {found !== null && `, found ${found}`}. {remedy}
              </li>
            ))}
          </ul>
        </div>
      )}
      {problems.length === 0 && <output className="hint">It can be used.</output>}
      {rule.length > 0 && (
        <>
          <h3>Its rule</h3>
          <ul>
            {rule.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
      {previews.length > 0 && (
        <>
          <h3>
            {previews[0]?.isIn
              ? 'What the task would say'
              : 'What the task would say of somebody (nobody is in the state now)'}
          </h3>
          {previews.map(({ customerId, subject, body }) => (
            <blockquote key={customerId} className="preview">
              <p className="state-title">{subject}</p>
              <p className="preview-body">{body}</p>
            </blockquote>
          ))}
        </>
      )}
    </>
  );
}
