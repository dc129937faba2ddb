import { lazy, Suspense, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Choice } from './components/field.tsx';
import { Empty, Loading } from './components/states.tsx';
import { useLiveUpdates } from './live.ts';
import { PAGES, pageAt } from './pages/index.ts';
import { href, useLocation } from './routing.ts';
import { useSignedIn } from './session/session-context.ts';
import { chooseTheme, chosenTheme, THEMES, type Theme } from './theme.ts';
import { TourContext, useTour } from './tour/tour-context.ts';
import { useTourState } from './tour/use-tour-state.ts';

const Tour = lazy(() => import('./tour/tour.tsx'));

/** Navigation, and the page of the address. */
export function Shell() {
  const { may, session } = useSignedIn();
  const { path } = useLocation();
  const tour = useTourState(session.userId);
  const page = pageAt(path);
  const content = useRef<HTMLElement>(null);
  useLiveUpdates();
  const Content = useMemo(() => page && lazy(page.load), [page]);
  return (
    <TourContext value={tour.controls}>
      <div className="shell">
        <button type="button" className="skip" onClick={() => content.current?.focus()}>
          Skip to content
        </button>
        <Navigation current={page?.path ?? null} key={path.join('/')} />
        <main ref={content} tabIndex={-1}>
          <Suspense fallback={<Loading what="the page" />}>
            {Content === null || page === null ? (
              <Empty title="There is no such page." />
            ) : may(page.role) ? (
              <Content />
            ) : (
              <Empty title={`This page is for the role ${page.role}.`}>
                <p>Ask an admin of the workspace.</p>
              </Empty>
            )}
          </Suspense>
        </main>
        {tour.isOn && (
          <Suspense fallback={null}>
            <Tour
              onEnd={() => {
                tour.end();
                content.current?.focus();
              }}
            />
          </Suspense>
        )}
      </div>
    </TourContext>
  );
}

function Navigation({ current }: { current: string | null }) {
  const { session, may, signOut } = useSignedIn();
  const { start } = useTour();
  const [open, setOpen] = useState(false);
  const menuId = useId();
  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    addEventListener('keydown', close);
    return () => removeEventListener('keydown', close);
  }, [open]);
  return (
    <div className="side">
      <div className="brand">
        <a href={href([])}>Staypower</a>
        <button
          type="button"
          className="menu-button"
          aria-expanded={open}
          aria-controls={menuId}
          onClick={() => setOpen(!open)}
        >
          Menu
        </button>
      </div>
      <div id={menuId} className={open ? 'menu open' : 'menu'}>
        <nav aria-label="Pages">
          <ul>
            {PAGES.filter(({ inMenu, role }) => inMenu && may(role)).map((page) => (
              <li key={page.path}>
                <a
                  href={href(page.path === '' ? [] : [page.path])}
                  {...(page.path === current && { 'aria-current': 'page' as const })}
                >
                  {page.title}
                </a>
              </li>
            ))}
            <li>
              <a href="docs/">Handbook</a>
            </li>
          </ul>
        </nav>
        <div className="person">
          <ThemeChoice />
          <button type="button" onClick={start}>
            Tour
          </button>
          <p className="hint">
            {session.name} ({session.role})
          </p>
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        </div>
      </div>
    </div>
  );
}

const THEME_NAMES: Readonly<Record<Theme, string>> = { system: 'As the device', light: 'Light', dark: 'Dark' };

function ThemeChoice() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <Choice
      label="Look"
      value={theme}
      options={THEMES.map((value) => ({ value, label: THEME_NAMES[value] }))}
      onChange={(chosen) => {
        setTheme(chosen);
        chooseTheme(chosen);
      }}
    />
  );
}
