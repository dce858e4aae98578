import { basename } from 'node:path';
import type { PlainDocument } from '../langchain-document.ts';
import { readDocstore } from './docstore-reader.ts';
import type { FolderDocstore } from './folder-docstore.ts';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An entry `[id, {pageContent, metadata}]`; undefined for anything else. */
function toEntry(value: unknown): (PlainDocument & { id: string }) | undefined {
  if (!Array.isArray(value)) return undefined;
  const [id, document] = value as readonly unknown[];
  if (typeof id !== 'string' || !isRecord(document) || typeof document['pageContent'] !== 'string') return undefined;
  const { pageContent, metadata } = document as { pageContent: string; metadata?: unknown };
  return { id, pageContent, metadata: isRecord(metadata) ? metadata : {} };
}

function toMapping(value: unknown): ReadonlyMap<number, string> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return new Map(
    entries.flatMap(([row, id]): [number, string][] =>
      /^\d+$/.test(row) && typeof id === 'string' ? [[Number(row), id]] : [],
    ),
  );
}

/** Reads the docstore that LangChain's FaissStore for JavaScript wrote. SyntaxError for what is none, and what the file system throws. */
export async function readJsonDocstore(path: string, signal: AbortSignal): Promise<FolderDocstore> {
  const documents = new Map<string, PlainDocument & { id: string }>();
  let mapping: ReadonlyMap<number, string> | undefined;
  let unreadable = 0;
  for await (const { type, value } of readDocstore(path, signal)) {
    if (type === 'mapping') {
      mapping = toMapping(value);
      continue;
    }
    const entry = toEntry(value);
    if (entry === undefined) unreadable += 1;
    else documents.set(entry.id, entry);
  }
  if (mapping === undefined) throw new SyntaxError('it is no docstore of LangChain');
  const faults = unreadable === 0 ? [] : [`${unreadable} entries of ${basename(path)} are no documents: left out`];
  return { documents: [...documents.values()], mapping, faults };
}
