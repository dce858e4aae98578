import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';

/** A piece of a loaded document. */
export interface LoadedPart {
  readonly text: string;
  /** Outermost heading first. */
  readonly headings: readonly string[];
  /** Page, from 1. */
  readonly page?: number;
  /** First line of the part in the file, from 1, where the file has lines. */
  readonly line?: number;
  /** Name of a programming language, so that the text is cut between its declarations. */
  readonly language?: string;
}

/** What a loader is given. */
export interface LoaderInput {
  readonly content: Uint8Array;
  /** The content as text in its detected encoding, for kinds of text. */
  text(): string;
  /** Relative to the root, for messages. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Turns one kind of file into text. A broken file is an InputRejectedError that says what is wrong with it. */
export interface Loader {
  readonly id: string;
  /** Media type of what it reads: `text/markdown`. */
  readonly mediaType: string;
  /** Lower case, without the dot; a whole name (`dockerfile`) matches too. */
  readonly extensions: readonly string[];
  /** Files of this kind are binary: bytes that are not text are no reason to leave them out. */
  readonly isBinary?: boolean;
  load(input: LoaderInput): Promise<readonly LoadedPart[]>;
}

/** Loaders by kind of file. */
export const LOADERS: ExtensionPoint<Loader> = defineExtensionPoint<Loader>({
  id: 'loaders',
  summary: 'readers of document formats',
  idOf: (loader) => loader.id,
});
