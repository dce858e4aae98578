import type { EmbedderStatus, PurposeStatus } from 'wooster';

/** Names shown of the models that could be used instead. */
const NAMES_SHOWN = 3;

/** The state of a purpose in a word: that of the model that serves it, `off`, or `missing` where none does. */
export function stateOfPurpose(purpose: PurposeStatus, models: readonly EmbedderStatus[]): string {
  if (!purpose.isEnabled) return 'off';
  if (purpose.ref === undefined) return 'missing';
  return models.find(({ ref }) => ref === purpose.ref)?.state ?? 'unknown';
}

/** What to do about a purpose that is on and that nothing serves; undefined where there is nothing to do. */
export function adviceFor(purpose: PurposeStatus, models: readonly EmbedderStatus[]): string | undefined {
  if (!purpose.isEnabled || purpose.ref !== undefined) return undefined;
  const others = new Set(models.filter(({ state }) => state === 'ready').map(({ facts }) => facts.name));
  const names = [...others].slice(0, NAMES_SHOWN).join(', ');
  const instead = names === '' ? '' : `, or set embeddings.${purpose.purpose}.model to one that is there (${names})`;
  return `start a server that has ${purpose.model}, or run "wooster setup" for the model inside Wooster${instead}`;
}
