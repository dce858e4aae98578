import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';
import { LANGUAGE_OF } from '../code-languages.ts';

/** A program as one part in its language, to be cut between its declarations. */
export function loadCode(input: LoaderInput): readonly LoadedPart[] {
  return [{ text: input.text(), headings: [], line: 1, language: languageOf(input.path) }];
}

function languageOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return LANGUAGE_OF.get(name) ?? LANGUAGE_OF.get(name.slice(name.lastIndexOf('.') + 1)) ?? 'text';
}
