/**
 * The `code` of a system error, such as ENOSPC; undefined for anything else. By shape, not by class: an error of the
 * runtime may come from another realm.
 */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
