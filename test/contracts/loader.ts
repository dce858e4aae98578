import { expect, test } from '@jest/globals';
import type { LoadedPart, Loader } from '../../src/contracts/knowledge/loader.ts';
import { isWoosterError } from '../../src/contracts/errors/wooster-error.ts';

/** A loader and an example of what it reads. */
export interface LoaderUnderTest {
  readonly loader: Loader;
  readonly path: string;
  readonly content: Uint8Array;
  /** Words that must be found in what it loads. */
  readonly words: readonly string[];
}

/** Loads bytes as a file of the name; text is decoded as UTF-8. */
export async function loadBytes(loader: Loader, path: string, content: Uint8Array): Promise<readonly LoadedPart[]> {
  const text = (): string => new TextDecoder().decode(content);
  return loader.load({ content, path, text, signal: new AbortController().signal });
}

/** What every loader promises. */
export function testLoader(name: string, { loader, path, content, words }: LoaderUnderTest): void {
  test(`${name}: has an id, a media type and endings in lower case without a dot`, () => {
    expect(loader.id).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(loader.mediaType).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
    expect(loader.extensions.length).toBeGreaterThan(0);
    for (const ending of loader.extensions) expect(ending).toMatch(/^[^.A-Z/][^A-Z/]*$/);
    expect(new Set(loader.extensions).size).toBe(loader.extensions.length);
  });

  test(`${name}: gives parts with text, in the order of the file`, async () => {
    const parts = await loadBytes(loader, path, content);
    const all = parts.map((part) => [...part.headings, part.text].join('\n')).join('\n');
    for (const word of words) expect(all).toContain(word);
    for (const part of parts) expect(part.headings.every((heading) => heading.trim() !== '')).toBe(true);
    for (const places of [parts.map((part) => part.line), parts.map((part) => part.page)]) {
      const told = places.filter((place) => place !== undefined);
      expect(told.every((place) => Number.isInteger(place) && place >= 1)).toBe(true);
      expect(told).toEqual([...told].sort((one, other) => one - other));
    }
  });

  test(`${name}: leaves the bytes as they are and loads them the same again`, async () => {
    const bytes = content.slice();
    const first = await loadBytes(loader, path, bytes);
    expect(bytes).toEqual(content.slice());
    expect(await loadBytes(loader, path, bytes)).toEqual(first);
  });

  test(`${name}: reads a damaged file or refuses it with an error of the contract`, async () => {
    const damaged = [new Uint8Array(0), content.slice(0, content.length / 2), new Uint8Array(300).fill(0xfe)];
    for (const bytes of damaged) {
      const outcome = await loadBytes(loader, path, bytes).catch((error: unknown) => error);
      expect(Array.isArray(outcome) || (isWoosterError(outcome) && outcome.code === 'E_INPUT')).toBe(true);
    }
  });
}
