import { useMemo, useSyncExternalStore } from 'react';

/** Where the browser is: what stands behind "#" in its address. */
export interface Location {
  /** Parts of the path, decoded; none at the start. */
  path: readonly string[];
  query: URLSearchParams;
}

/** The address of a page. */
export function href(path: readonly string[], query?: URLSearchParams): string {
  const text = query?.toString() ?? '';
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** Goes to an address; `replace` leaves no step to go back to, as for a filter that is being typed. */
export function navigate(address: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) {
    history.replaceState(null, '', address);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else location.hash = address;
}

/** The address, as it changes. */
export function useLocation(): Location {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => {
    const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
    return {
      path: path.split('/').filter(Boolean).map(decoded),
      query: new URLSearchParams(query),
    };
  }, [hash]);
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
