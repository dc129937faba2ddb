/** Begins a sign-in at a vendor; returns where the browser goes. Throws an error that says why it cannot. */
export async function beginSignIn(
  connection: { vendor: string; connectionId: string },
  csrfToken: string,
): Promise<string> {
  const response = await fetch(
    `oauth/${encodeURIComponent(connection.vendor)}/start?connection=${encodeURIComponent(connection.connectionId)}`,
    { method: 'POST', headers: { 'x-csrf-token': csrfToken } },
  );
  const answer = (await response.json()) as { authorizationUrl?: string; error?: { message: string } };
  if (answer.authorizationUrl !== undefined) return answer.authorizationUrl;
  throw new Error(answer.error?.message ?? `The server answered ${response.status}.`);
}
