import type { CheckResult } from '../privacy-schema.ts';
import { describeClass } from './words.ts';

/** What would be found in a text and what follows, a line each. */
export function renderCheck({ findings, privacy, rule, replaced, clouds }: CheckResult): string {
  const found = findings.map(({ kind, count }) => (count === 1 ? kind : `${count} x ${kind}`)).join(', ');
  const because = rule === undefined ? '' : ` (${rule})`;
  return [
    `found   ${found === '' ? 'nothing' : found}`,
    `class   ${privacy}: goes ${describeClass(privacy)}${because}`,
    ...(replaced > 0 ? [`redact  ${replaced} replaced before a cloud gets it, and put back in the answer`] : []),
    `clouds  ${clouds.length === 0 ? 'none may receive it' : clouds.map(({ provider, afterAsking }) => provider + (afterAsking ? ' (after asking)' : '')).join(', ')}`,
  ].join('\n');
}
