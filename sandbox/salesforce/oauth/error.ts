/** An OAuth failure: one object `{error, error_description}` with status 400, as RFC 6749 has it. */
export class OAuthError extends Error {
  readonly error: string;
  readonly status: number;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }
}
