import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';

/** Text as it is; passages end between its paragraphs. */
export function loadPlainText(input: LoaderInput): readonly LoadedPart[] {
  return [{ text: input.text(), headings: [], line: 1 }];
}
