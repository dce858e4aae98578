import { CancelledError, InternalError, UsageError } from '../../contracts/errors/host-errors.ts';
import { FileAccessError, StorageFullError, StoreError } from '../../contracts/errors/resource-errors.ts';
import type { StoreErrorCode } from '../../contracts/errors/resource-errors.ts';
import type { ErrorCode } from '../../contracts/errors/error-table.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { StoreFault } from './store-calls.ts';

const STORE_CODES: readonly string[] = [
  'E_STORE_MISMATCH',
  'E_STORE_CORRUPT',
  'E_STORE_LOCKED',
  'E_STORE_NEWER',
  'E_MIGRATION',
] satisfies StoreErrorCode[];

/** An error as data: classes do not cross threads. */
export function toStoreFault(error: WoosterError): StoreFault {
  const { code, message, details, stack } = error;
  return { code: code as ErrorCode, message, details: { ...details }, ...(stack !== undefined && { stack }) };
}

/** The error that was sent as data. */
export function fromStoreFault(fault: StoreFault, location: string): WoosterError {
  const { code, message, details } = fault;
  const options = { details, cause: fault.stack };
  if (STORE_CODES.includes(code)) return new StoreError(code as StoreErrorCode, message, { ...options, location });
  if (code === 'E_DISK_FULL') return new StorageFullError(message, options);
  if (code === 'E_FILE') return new FileAccessError(message, { ...options, path: location });
  if (code === 'E_USAGE') return new UsageError(message, options);
  if (code === 'E_CANCELLED') return new CancelledError(message, options);
  return new InternalError(message, options);
}
