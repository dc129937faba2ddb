import type { ComponentType } from 'react';
import type { Role } from '../session/session-api.ts';

/** One page: where it is, who may open it, and where its code is. */
export interface PageDefinition {
  /** First part of its address; "" is the start. */
  path: string;
  title: string;
  role: Role;
  inMenu: boolean;
  load: () => Promise<{ default: ComponentType }>;
}

/** Every page, in the order of the menu. A new page is a file beside this one, with the page as its default export, and a line here. */
export const PAGES: readonly PageDefinition[] = [
  { path: '', title: 'Overview', role: 'viewer', inMenu: true, load: () => import('./overview.tsx') },
  { path: 'calls', title: 'Calls', role: 'rep', inMenu: true, load: () => import('./calls.tsx') },
  { path: 'customers', title: 'Customers', role: 'viewer', inMenu: true, load: () => import('./customers.tsx') },
  { path: 'segments', title: 'Segments', role: 'viewer', inMenu: true, load: () => import('./segments.tsx') },
  { path: 'playbooks', title: 'Playbooks', role: 'viewer', inMenu: true, load: () => import('./playbooks.tsx') },
  { path: 'models', title: 'Models', role: 'viewer', inMenu: true, load: () => import('./models.tsx') },
  { path: 'connections', title: 'Connections', role: 'viewer', inMenu: true, load: () => import('./connections.tsx') },
  { path: 'deliveries', title: 'Deliveries', role: 'viewer', inMenu: true, load: () => import('./deliveries.tsx') },
  { path: 'settings', title: 'Settings', role: 'viewer', inMenu: true, load: () => import('./settings.tsx') },
];

/** The page of an address; null when there is none. */
export function pageAt(path: readonly string[]): PageDefinition | null {
  return PAGES.find((page) => page.path === (path[0] ?? '')) ?? null;
}
