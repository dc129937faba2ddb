import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { StaypowerApiError } from '../../webhooks/client/staypower-client.ts';
import { SessionGate } from './session/session-gate.tsx';
import { Shell } from './shell.tsx';
import { applyTheme } from './theme.ts';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/pages.css';
import './style/tour.css';

applyTheme();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What was refused is refused again; a server that is restarting comes back.
      retry: (failures, error) => !(error instanceof StaypowerApiError) && failures < 2,
    },
  },
});

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <SessionGate>
          <Shell />
        </SessionGate>
      </QueryClientProvider>
    </StrictMode>,
  );
}
