import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../../connectors/salesforce/pubsub/errors.ts';
import { AuthError, RateLimitError, type StaypowerError, VendorError } from '../../core/domain/errors.ts';

function refused(code: status, errorCode: string | null): Error {
  const metadata = new Metadata();
  if (errorCode !== null) metadata.set('error-code', errorCode);
  return Object.assign(new Error('details that quote a token'), {
    code,
    details: 'details that quote a token',
    metadata,
  });
}

describe('what the Pub/Sub API refuses', () => {
  it.each<[status, typeof AuthError | typeof VendorError | typeof RateLimitError, StaypowerError['retry']]>([
    [status.UNAUTHENTICATED, AuthError, 'after-auth'],
    [status.PERMISSION_DENIED, VendorError, 'never'],
    [status.NOT_FOUND, VendorError, 'never'],
    [status.INVALID_ARGUMENT, VendorError, 'never'],
    [status.RESOURCE_EXHAUSTED, RateLimitError, 'later'],
    [status.UNAVAILABLE, VendorError, 'later'],
    [status.DEADLINE_EXCEEDED, VendorError, 'later'],
    [status.INTERNAL, VendorError, 'later'],
    [status.UNKNOWN, VendorError, 'later'],
  ])('with status %i is told in our terms, with what to do and without what it quotes', (code, type, retry) => {
    const error = errorOf(refused(code, 'sfdc.platform.eventbus.grpc.x'), 'the topic /data/X');
    expect(error).toBeInstanceOf(type);
    expect(error.retry).toBe(retry);
    expect(error.message).toContain('the topic /data/X');
    expect(error.message).toContain(status[code]);
    expect(error.message).toContain('sfdc.platform.eventbus.grpc.x');
    expect(error.message).not.toContain('quote a token');
  });

  it('keeps the code and the id for the vendor’s support', () => {
    const cause = refused(status.INTERNAL, 'sfdc.code') as Error & { metadata: Metadata };
    cause.metadata.set('rpc-id', 'r-1');
    expect(errorOf(cause, 'a call')).toMatchObject({ vendorCode: 'sfdc.code', requestId: 'r-1', status: 0 });
  });

  it('without a code of its own, or without any of gRPC, is tried again', () => {
    expect(errorOf(refused(status.UNAVAILABLE, null), 'a call').message).not.toContain('()');
    expect(errorOf(new Error('socket'), 'a call')).toMatchObject({ retry: 'later', vendorCode: '' });
    expect(errorOf('text', 'a call')).toMatchObject({ retry: 'later' });
  });

  it('that is in our terms already stays as it is', () => {
    const error = new AuthError('gone', { revoked: true });
    expect(errorOf(error, 'a call')).toBe(error);
  });
});
