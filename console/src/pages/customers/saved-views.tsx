import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Choice, Field } from '../../components/field.tsx';
import { Problem } from '../../components/states.tsx';
import { href, navigate } from '../../routing.ts';
import { useClient } from '../../session/session-context.ts';

const KEY = ['views'];

/** Lists that somebody keeps under a name: chosen, kept and forgotten. */
export function SavedViews({ query }: { query: string }) {
  const client = useClient();
  const queries = useQueryClient();
  const [naming, setNaming] = useState(false);
  const { data } = useQuery({ queryKey: KEY, queryFn: () => client.listViews() });
  const changed = () => queries.invalidateQueries({ queryKey: KEY });
  const remove = useMutation({ mutationFn: (id: string) => client.removeView(id), onSuccess: changed });
  const views = data?.views ?? [];
  const current = views.find((view) => view.query === query);
  return (
    <div className="form-row">
      <Choice
        label="Saved view"
        value={current?.viewId ?? ''}
        options={[
          { value: '', label: views.length === 0 ? 'None saved' : 'Choose' },
          ...views.map(({ viewId, name }) => ({ value: viewId, label: name })),
        ]}
        onChange={(viewId) => {
          const chosen = views.find((view) => view.viewId === viewId);
          navigate(href(['customers'], new URLSearchParams(chosen?.query ?? '')));
        }}
      />
      {current ? (
        <button type="button" onClick={() => remove.mutate(current.viewId)}>
          Forget this view
        </button>
      ) : (
        <button type="button" onClick={() => setNaming(true)}>
          Save view
        </button>
      )}
      {naming && (
        <NameView
          query={query}
          onClose={() => {
            setNaming(false);
            void changed();
          }}
        />
      )}
    </div>
  );
}

function NameView({ query, onClose }: { query: string; onClose: () => void }) {
  const client = useClient();
  const [name, setName] = useState('');
  const save = useMutation({ mutationFn: () => client.saveView({ name, query }), onSuccess: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog title="Save this view" onClose={onClose}>
      <form onSubmit={submit}>
        <Field label="Name" hint="For its search, filters and order; yours alone." value={name} onChange={setName} />
        <Problem error={save.error} />
        <div className="actions">
          <button type="submit" className="primary" disabled={save.isPending}>
            Save
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
