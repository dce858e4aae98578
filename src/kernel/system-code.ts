/**
 * The `code` of a system error, such as ENOSPC; undefined for anything else. By shape, not by class: an error of the
 * runtime may come from another realm.
 */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether a system error says that the disk, or the user's share of it, has no room left. */
export function isDiskFull(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
