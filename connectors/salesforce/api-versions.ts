/**
 * The REST, Tooling and Bulk 2.0 version that every call names (Spring '26). A Bulk job answers only to the version it was made with,
 * which is therefore kept beside its id.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_versions.htm
 */
export const API_VERSION = '66.0';
