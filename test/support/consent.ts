/**
 * Does what an admin does on a vendor's page in the sandbox: reads it, presses a button, and is sent back.
 *
 * @returns where the vendor sends the browser
 */
export async function decide(authorizationUrl: string, decision: 'approve' | 'deny' = 'approve'): Promise<URL> {
  const page = await fetch(authorizationUrl, { redirect: 'manual' });
  const html = await page.text();
  if (page.status !== 200) throw new Error(`the vendor's page answered ${page.status}: ${html}`);
  const form = new URLSearchParams({ decision });
  for (const [, name = '', value = ''] of html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) {
    form.set(unescaped(name), unescaped(value));
  }
  const answer = await fetch(authorizationUrl, { method: 'POST', body: form, redirect: 'manual' });
  const location = answer.headers.get('location');
  if (answer.status !== 302 || location === null) throw new Error(`the decision was answered with ${answer.status}`);
  return new URL(location);
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
