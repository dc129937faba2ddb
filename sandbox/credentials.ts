/** What the sandbox lets in. Public on purpose: it guards nothing but a look-alike on a loopback port. */
export const CREDENTIALS = {
  salesforce: { clientId: 'sandbox-client', clientSecret: 'sandbox-secret' },
  /** Every key that begins with "pat-sandbox-" works; writes are seen as made by this app. */
  hubspot: {
    accessToken: 'pat-sandbox-demo',
    appId: '7654321',
    clientId: 'sandbox-hubspot-client',
    clientSecret: 'sandbox-hubspot-secret',
  },
  segment: {
    writeKey: 'sandbox-write-key',
    profileToken: 'sandbox-profile-token',
    publicApiToken: 'sandbox-public-token',
  },
} as const;
