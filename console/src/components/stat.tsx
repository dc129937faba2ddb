import type { ReactNode } from 'react';

/** One number, with its unit and which way is good. */
export function Stat({
  label,
  value,
  unit,
  direction,
  note,
}: {
  label: string;
  value: string;
  unit: string;
  /** e.g. "lower is better". */
  direction?: string;
  note?: ReactNode;
}) {
  return (
    <div className="stat">
      <dt>{label}</dt>
      <dd>
        <span className="stat-value">{value}</span>
        <span className="hint">
          {unit}
          {direction !== undefined && ` · ${direction}`}
        </span>
        {note !== undefined && <span className="stat-note">{note}</span>}
      </dd>
    </div>
  );
}

/** A band of risk or value as a coloured word; the word says it as well as the colour. */
export function Band({ of, band, name }: { of: 'risk' | 'value'; band: string | null; name: string }) {
  return <span className={`band band-${of}-${band ?? 'none'}`}>{name}</span>;
}
