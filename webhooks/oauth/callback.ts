import { AuthError, StaypowerError } from '../../core/domain/errors.ts';
import type { Connected, SignIns } from '../../core/ports/grants.ts';

/** What came of a callback, and the page that the admin sees. */
export interface CallbackAnswer {
  status: number;
  html: string;
  outcome: Connected | StaypowerError;
}

/**
 * Answers the request with which a vendor sends the admin's browser back.
 *
 * @param query state and code, or error and error_description (RFC 6749, 4.1.2)
 * @param begunBy secret of the browser or process; "" where the request carries none
 * @param backTo address where the admin goes on; null where it was begun elsewhere than in the browser
 */
export async function answerCallback(
  signIns: SignIns,
  vendor: string,
  query: URLSearchParams,
  begunBy: string,
  backTo: string | null,
): Promise<CallbackAnswer> {
  try {
    const outcome = await signIns.end(vendor, readCallback(query), begunBy);
    const missing = outcome.notGranted.map(({ name, why }) => `Not granted: ${name} (${why}).`);
    return {
      status: 200,
      html: page(
        'Connected',
        [
          `${outcome.connectionId} reads the account ${outcome.account} from now on.`,
          ...missing,
          ...(backTo === null ? ['You can close this window.'] : []),
        ],
        backTo,
      ),
      outcome,
    };
  } catch (error) {
    if (!(error instanceof StaypowerError)) throw error;
    const remedy = error instanceof AuthError ? error.remedy : null;
    return {
      status: 400,
      html: page('Not connected', [error.message, ...(remedy === null ? [] : [remedy])], backTo),
      outcome: error,
    };
  }
}

function readCallback(query: URLSearchParams): { state: string; code: string } {
  const error = query.get('error');
  const state = query.get('state') ?? '';
  const code = query.get('code') ?? '';
  if (error !== null) {
    throw new AuthError(
      error === 'access_denied'
        ? 'It was not approved at the vendor. Nothing has changed.'
        : `The vendor could not go on: ${error.slice(0, 60)} ${(query.get('error_description') ?? '').slice(0, 200)}`.trim(),
      { revoked: false },
    );
  }
  if (state === '' || code === '') {
    throw new AuthError('The address lacks state or code: open this page only by way of the vendor.', {
      revoked: false,
    });
  }
  return { state, code };
}

function page(title: string, sentences: readonly string[], backTo: string | null): string {
  const back = backTo === null ? '' : `<p><a href="${escaped(backTo)}">Go on setting up</a></p>\n`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title} - Staypower</title>
<h1>${title}</h1>
${sentences.map((sentence) => `<p>${escaped(sentence)}</p>`).join('\n')}
${back}</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
