import { describe, expect, it } from 'vitest';
import { ConfigError, WebhookVerificationError } from '../../core/domain/errors.ts';
import { salesforceVerifier } from '../../webhooks/verify/salesforce.ts';
import type { WebhookRequest } from '../../webhooks/verify/verifier.ts';
import { testVerifier } from './test-verifier.ts';

const ORGANIZATION = '00D000000000001EAA';
const ADDRESS = 'https://scores.example.com/webhooks/salesforce/salesforce/';
const NOW = new Date('2026-06-01T12:00:00.000Z');

const envelope = (text: string, organizationId = ORGANIZATION) =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>${organizationId}</OrganizationId>
 <Notification><Id>04l000000000001AAA</Id><sObject xsi:type="sf:Contact" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
 <sf:Id>003000000000001AAA</sf:Id><sf:LastName>${text}</sf:LastName></sObject></Notification></notifications></soapenv:Body></soapenv:Envelope>`);

const request = (token: string, rawBody: Buffer): WebhookRequest => ({
  method: 'POST',
  url: `${ADDRESS}${token}`,
  headers: {},
  rawBody,
});

// The body is not signed by Salesforce: what proves the sender is the secret in the address, over TLS.
testVerifier('Salesforce verifier', () => ({
  create: (secrets) => salesforceVerifier({ pathTokens: secrets, organizationId: ORGANIZATION }),
  signed: ({ secret, body }) => request(secret, body),
  bodyWith: (text) => envelope(text),
  proof: {
    of: ({ url }) => url.slice(ADDRESS.length),
    with: (given, proof) => ({ ...given, url: proof === null ? ADDRESS.slice(0, -1) : `${ADDRESS}${proof}` }),
  },
  covers: { body: false, url: false, method: false },
  windowMs: null,
}));

describe('Salesforce verifier: the address', () => {
  const verifier = salesforceVerifier({ pathTokens: ['a/secret token'], organizationId: ORGANIZATION });

  it('accepts a secret with characters that an address must escape', () => {
    expect(() => verifier.verify(request('a%2Fsecret%20token', envelope('x')), NOW)).not.toThrow();
  });

  it('takes the secret from the path alone, not from what follows it', () => {
    for (const path of ['x?/a%2Fsecret%20token', 'x#/a%2Fsecret%20token', '%E0%A4%A', 'a%2Fsecret%20token/']) {
      expect(() => verifier.verify(request(path, envelope('x')), NOW)).toThrow(WebhookVerificationError);
    }
  });
});

describe('Salesforce verifier: the organisation', () => {
  const verify = (rawBody: Buffer, organizationId = ORGANIZATION) =>
    salesforceVerifier({ pathTokens: ['token'], organizationId }).verify(request('token', rawBody), NOW);

  it('refuses a message of another organisation', () => {
    expect(() => verify(envelope('x', '00D000000000002EAA'))).toThrow(WebhookVerificationError);
    expect(() => verify(envelope('x', '00d000000000001EAA'))).toThrow(WebhookVerificationError);
  });

  it('takes the organisation from the message and not from a record in it', () => {
    const planted = `</sf:LastName><OrganizationId>${ORGANIZATION}</OrganizationId><sf:LastName>`;
    expect(() => verify(envelope(planted, '00D000000000002EAA'))).toThrow(WebhookVerificationError);
  });

  it('refuses a body whose organisation cannot be read', () => {
    const good = envelope('x').toString('utf8');
    const spoiled = [
      '',
      '{}',
      '<a/>',
      good.slice(0, -10),
      good.replace(/<OrganizationId>.*<\/OrganizationId>/, ''),
      good.replace(ORGANIZATION, ' '),
      good.replace('<soapenv:Envelope', '<!DOCTYPE x [<!ENTITY o "y">]><soapenv:Envelope'),
    ];
    for (const text of spoiled) expect(() => verify(Buffer.from(text))).toThrow(WebhookVerificationError);
  });

  it('accepts the id in either length', () => {
    expect(() => verify(envelope('x'), ORGANIZATION.slice(0, 15))).not.toThrow();
    expect(() => verify(envelope('x', ORGANIZATION.slice(0, 15)))).not.toThrow();
  });

  it('is not built with something that is no organisation id', () => {
    for (const organizationId of ['', '00D', '001000000000001EAA', `${ORGANIZATION}x`]) {
      expect(() => salesforceVerifier({ pathTokens: ['token'], organizationId })).toThrow(ConfigError);
    }
  });
});
