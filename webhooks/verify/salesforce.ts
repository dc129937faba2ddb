import { ConfigError, DataError, WebhookVerificationError } from '../../core/domain/errors.ts';
import { readOrganizationId } from '../inbound/salesforce.ts';
import { isOneOf } from './constant-time.ts';
import { liveSecrets, type Verifier, type WebhookRequest } from './verifier.ts';

const ORGANIZATION_ID = /^00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/;
/** The first 15 characters identify; three more are a check sum for systems that ignore case. */
const IDENTIFYING = 15;

/**
 * Verifier of Salesforce Outbound Messages. They are not signed: the last part of the address is a secret, and the message must
 * name our organisation.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_notifications.htm
 *
 * @param options.pathTokens the secret part of the address, and the one before it during a rotation
 * @param options.organizationId 15 or 18 characters
 * @throws ConfigError when there is no token, one is empty, or the organisation id is none
 */
export function salesforceVerifier(options: { pathTokens: readonly string[]; organizationId: string }): Verifier {
  const tokens = liveSecrets(options.pathTokens, 'Salesforce webhook token');
  if (!ORGANIZATION_ID.test(options.organizationId)) {
    throw new ConfigError([
      {
        path: 'Salesforce organization id',
        expected: 'the 15 or 18 characters of an organisation id, beginning with 00D',
        remedy: 'Copy it from Setup, Company Information, Salesforce.com Organization ID.',
      },
    ]);
  }
  const organization = options.organizationId.slice(0, IDENTIFYING);
  return {
    verify: (request) => {
      if (!isOneOf(tokenOf(request.url), tokens)) throw new WebhookVerificationError('the secret path is wrong');
      if (organizationOf(request).slice(0, IDENTIFYING) !== organization) {
        throw new WebhookVerificationError('the message is of another organisation');
      }
    },
  };
}

/** The last part of the path; "" when it cannot be decoded. */
function tokenOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  try {
    return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  } catch {
    return '';
  }
}

function organizationOf(request: WebhookRequest): string {
  try {
    return readOrganizationId(request.rawBody);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new WebhookVerificationError('the body is no outbound message, so that its organisation is not known');
  }
}
