import { CapabilityError, ContextTooLongError } from '../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';

/** What a failure teaches about a target, besides its health. */
export function lessonOf(error: WoosterError): { lacks?: string; contextTokens?: number; isListStale?: boolean } {
  if (error instanceof CapabilityError) return { lacks: error.capability };
  if (error instanceof ContextTooLongError) return { contextTokens: error.limitTokens };
  return error.code === 'E_MODEL_NOT_FOUND' ? { isListStale: true } : {};
}
