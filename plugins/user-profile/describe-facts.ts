import type { Fact } from './profile.ts';

/** A fact with its id, so that it can be forgotten. */
export function describeFact({ id, text }: Fact): string {
  return `${id}  ${text}`;
}

/** Facts as a model or a person reads them, one a line; a sentence when there are none. */
export function describeFacts(facts: readonly Fact[]): string {
  return facts.length === 0 ? 'Nothing that is remembered matches.' : facts.map(describeFact).join('\n');
}
