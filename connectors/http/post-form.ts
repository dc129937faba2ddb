/** A token endpoint's answer. */
export interface FormAnswer {
  status: number;
  /** Parsed JSON; undefined when it is none. */
  body: unknown;
}

/** Posts a form, as token endpoints take it, and reads the answer. Throws what `fetch` throws when there is none. */
export async function postForm(
  url: URL,
  form: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<FormAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(timeoutMs),
    // A redirect would carry the secrets of the form elsewhere.
    redirect: 'error',
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) as unknown };
  } catch {
    return { status: response.status, body: undefined };
  }
}
