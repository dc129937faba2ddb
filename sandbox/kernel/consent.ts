import type { Request, Response } from 'express';

/** What an admin is asked on the vendor's page. */
export interface Consent {
  vendor: string;
  clientId: string;
  scopes: readonly string[];
}

/**
 * The vendor's page on which an admin approves an app or does not: a form that posts the request back with the decision, so that
 * nothing is granted by a mere GET. The real pages want a login before; nobody has one here.
 */
export function showConsent(req: Request, res: Response, { vendor, clientId, scopes }: Consent): void {
  const hidden = [...new URL(req.originalUrl, 'http://sandbox').searchParams]
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
    .join('\n');
  res.type('html').send(`<!doctype html>
<html lang="en">
<title>Connect an app to ${vendor} (sandbox)</title>
<h1>${vendor} (sandbox)</h1>
<p>The app <b>${escaped(clientId)}</b> asks for:</p>
<ul>${scopes.map((scope) => `<li>${escaped(scope)}</li>`).join('')}</ul>
<form method="post">
${hidden}
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny">Deny</button>
</form>
</html>
`);
}

/** What the form came back with: the request, and whether it was approved. */
export function decisionOf(req: Request): { ask: URLSearchParams; approved: boolean } {
  const ask = new URLSearchParams(Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '');
  return { ask, approved: ask.get('decision') === 'approve' };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
