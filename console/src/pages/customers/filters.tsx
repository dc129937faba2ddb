import { useEffect, useState } from 'react';
import { Choice, Field } from '../../components/field.tsx';
import { bandName, lifecycleName, SEGMENT_OPTIONS } from '../../wording.ts';
import type { Filter } from './list-query.ts';

/** Nobody waits for each letter, and the server is asked once for a word. */
const TYPING_MS = 250;
const ALL = { value: '', label: 'All' } as const;
const CHURN_BANDS = ['high', 'medium', 'low', 'lapsed'] as const;
const VALUE_BANDS = ['high', 'medium', 'low'] as const;
const LIFECYCLES = ['active', 'lapsed', 'prospect'] as const;

/** Narrows the list. */
export function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const set = <Name extends keyof Filter>(name: Name, value: Filter[Name] | '') => {
    const { [name]: _, ...rest } = filter;
    onChange(value === '' ? rest : { ...rest, [name]: value });
  };
  return (
    <search className="filters" aria-label="Customers">
      <Search text={filter.text ?? ''} onChange={(text) => set('text', text)} />
      <Choice
        label="Churn risk"
        value={filter.churnBand ?? ''}
        options={[ALL, ...CHURN_BANDS.map((value) => ({ value, label: bandName(value) }))]}
        onChange={(value) => set('churnBand', value)}
      />
      <Choice
        label="Value if kept"
        value={filter.valueBand ?? ''}
        options={[ALL, ...VALUE_BANDS.map((value) => ({ value, label: bandName(value) }))]}
        onChange={(value) => set('valueBand', value)}
      />
      <Choice
        label="Stands"
        value={filter.lifecycle ?? ''}
        options={[ALL, ...LIFECYCLES.map((value) => ({ value, label: lifecycleName(value) }))]}
        onChange={(value) => set('lifecycle', value)}
      />
      <Choice
        label="Segment"
        value={filter.segment ?? ''}
        options={[ALL, ...SEGMENT_OPTIONS]}
        onChange={(value) => set('segment', value)}
      />
    </search>
  );
}

function Search({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, text, onChange]);
  return <Field label="Name, e-mail or id" type="search" value={typed} onChange={setTyped} />;
}
