/**
 * The dated version of HubSpot's API that every call uses; two come out each year and each is supported for 18 months.
 * https://developers.hubspot.com/docs/api-reference/overview
 */
export const API_VERSION = '2026-09';
