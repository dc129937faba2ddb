import { VendorError } from '../../core/domain/errors.ts';

/** A step that a vendor has no way to do: the playbook names the wrong connection. */
export function unable(vendor: string, kind: string): VendorError {
  return new VendorError(`${vendor} has no way to do "${kind}". Set the step to another connection.`, {
    retry: 'never',
    status: 0,
    vendorCode: 'UNSUPPORTED',
  });
}
