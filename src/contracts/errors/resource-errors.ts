import { rowOf, WoosterError, type ErrorOptions } from './wooster-error.ts';

/** The disk has no room; `neededBytes` is what the operation wants, when known. */
export class StorageFullError extends WoosterError {
  constructor(message: string, options: ErrorOptions & { neededBytes?: number } = {}) {
    super(rowOf('E_DISK_FULL'), message, {
      ...options,
      details: { ...options.details, neededBytes: options.neededBytes },
    });
  }
}

/** A file that cannot be read or written. */
export class FileAccessError extends WoosterError {
  constructor(message: string, options: ErrorOptions & { path: string }) {
    super(rowOf('E_FILE'), message, { ...options, details: { ...options.details, path: options.path } });
  }
}

/** A file whose sha256 is not the expected one. */
export class ChecksumError extends WoosterError {
  constructor(message: string, options: ErrorOptions & { expected: string; actual: string }) {
    super(rowOf('E_CHECKSUM'), message, {
      ...options,
      details: { ...options.details, expected: options.expected, actual: options.actual },
    });
  }
}

/** A port that another process listens on. */
export class PortInUseError extends WoosterError {
  constructor(message: string, options: ErrorOptions & { port: number }) {
    super(rowOf('E_PORT'), message, { ...options, details: { ...options.details, port: options.port } });
  }
}

/** A package or program that is not installed; the message names the line that installs it. */
export class MissingDependencyError extends WoosterError {
  constructor(message: string, options: ErrorOptions & { dependency: string; install: string }) {
    super(rowOf('E_DEPENDENCY'), message, {
      ...options,
      details: { ...options.details, dependency: options.dependency, install: options.install },
    });
  }
}

/** The codes of what can be wrong with a knowledge store. */
export type StoreErrorCode =
  'E_STORE_MISMATCH' | 'E_STORE_CORRUPT' | 'E_STORE_LOCKED' | 'E_STORE_NEWER' | 'E_MIGRATION';

/** A knowledge store that cannot be used as asked; the code says which way. */
export class StoreError extends WoosterError {
  constructor(code: StoreErrorCode, message: string, options: ErrorOptions & { location: string }) {
    super(rowOf(code), message, { ...options, details: { ...options.details, location: options.location } });
  }
}
