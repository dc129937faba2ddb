import { ORG_ID } from '../org/bootstrap.ts';
import type { Org } from '../org/org.ts';
import type { Row } from '../org/records.ts';

const REST = '/services/data/v{version}/';

function urls(ownUrl: string, userId: string): Record<string, string> {
  const soap = (kind: string) => `${ownUrl}/services/Soap/${kind}/{version}/${ORG_ID.slice(0, 15)}`;
  const rest = (path: string) => `${ownUrl}${REST}${path}`;
  return {
    enterprise: soap('c'),
    metadata: soap('m'),
    partner: soap('u'),
    rest: rest(''),
    sobjects: rest('sobjects/'),
    search: rest('search/'),
    query: rest('query/'),
    recent: rest('recent/'),
    tooling_soap: soap('T'),
    tooling_rest: rest('tooling/'),
    profile: `${ownUrl}/${userId}`,
    feeds: rest('chatter/feeds'),
    groups: rest('chatter/groups'),
    users: rest('chatter/users'),
    feed_items: rest('chatter/feed-items'),
    feed_elements: rest('chatter/feed-elements'),
    custom_domain: ownUrl,
  };
}

function photos(ownUrl: string): { picture: string; thumbnail: string } {
  return { picture: `${ownUrl}/profilephoto/005/F`, thumbnail: `${ownUrl}/profilephoto/005/T` };
}

/** Reply of GET /services/oauth2/userinfo. */
export function userInfo(user: Row, ownUrl: string): Record<string, unknown> {
  return {
    sub: `${ownUrl}/id/${ORG_ID}/${user.Id}`,
    user_id: user.Id,
    organization_id: ORG_ID,
    preferred_username: user.Username,
    nickname: `User${user.Id.slice(-8)}`,
    name: user.Name,
    email: user.Email,
    email_verified: true,
    given_name: user.FirstName,
    family_name: user.LastName,
    zoneinfo: user.TimeZoneSidKey,
    photos: photos(ownUrl),
    profile: `${ownUrl}/${user.Id}`,
    picture: photos(ownUrl).picture,
    address: {},
    is_salesforce_integration_user: false,
    urls: urls(ownUrl, user.Id),
    active: user.IsActive,
    user_type: 'STANDARD',
    language: user.LanguageLocaleKey,
    locale: user.LocaleSidKey,
    utcOffset: 0,
    updated_at: String(user.SystemModstamp).replace('.000+0000', 'Z'),
  };
}

/** Reply of the identity URL, GET /id/{organisation}/{user}; null when the org or the user is another. */
export function identity(
  org: Org,
  organisationId: string,
  userId: string,
  ownUrl: string,
): Record<string, unknown> | null {
  const user = org.records.get('User', userId);
  if (user === undefined || organisationId !== ORG_ID) return null;
  return {
    id: `${ownUrl}/id/${ORG_ID}/${user.Id}`,
    asserted_user: true,
    user_id: user.Id,
    organization_id: ORG_ID,
    username: user.Username,
    nick_name: `User${user.Id.slice(-8)}`,
    display_name: user.Name,
    email: user.Email,
    email_verified: true,
    first_name: user.FirstName,
    last_name: user.LastName,
    timezone: user.TimeZoneSidKey,
    photos: photos(ownUrl),
    status: { created_date: null, body: null },
    urls: urls(ownUrl, user.Id),
    active: user.IsActive,
    user_type: 'STANDARD',
    language: user.LanguageLocaleKey,
    locale: user.LocaleSidKey,
    utcOffset: 0,
    last_modified_date: user.LastModifiedDate,
    is_app_installed: true,
  };
}
