import { appendFile, mkdir, open, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseMessage, StoredMessage } from '@langchain/core/messages';
import { FileAccessError, StorageFullError } from '../contracts/errors/resource-errors.ts';
import { UsageError } from '../contracts/errors/host-errors.ts';
import { isDiskFull, systemCode } from '../kernel/system-code.ts';

const ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/i;

/** One conversation as listed. */
interface ConversationSummary {
  readonly id: string;
  readonly modifiedAt: number;
}

/**
 * Conversations on disk, one file of JSON lines each, one message a line. A turn is appended whole when it is finished;
 * a line torn by a crash is left out when reading, so what was there before stays readable.
 */
export class ConversationStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Messages in order; an unknown id is an empty conversation. */
  async read(id: string): Promise<BaseMessage[]> {
    const { mapStoredMessagesToChatMessages } = await import('@langchain/core/messages');
    const text = await readText(this.#pathOf(id));
    const stored = text.split('\n').flatMap((line) => {
      const message = parseLine(line);
      return message === undefined ? [] : [message];
    });
    return mapStoredMessagesToChatMessages(stored);
  }

  /** Adds a turn; StorageFullError when the disk is full, and then the conversation is as it was. */
  async append(id: string, messages: readonly BaseMessage[]): Promise<void> {
    const { mapChatMessagesToStoredMessages } = await import('@langchain/core/messages');
    const lines = mapChatMessagesToStoredMessages([...messages]).map((message) => JSON.stringify(message) + '\n');
    const path = this.#pathOf(id);
    try {
      await mkdir(this.#directory, { recursive: true });
      await appendFile(path, (await endsInTornLine(path)) ? `\n${lines.join('')}` : lines.join(''));
    } catch (error) {
      throw translate(error, path);
    }
  }

  /** Newest first. */
  async list(): Promise<readonly ConversationSummary[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const summaries = await Promise.all(
      names
        .filter((name) => name.endsWith('.jsonl'))
        .map(async (name) => ({
          id: name.slice(0, -'.jsonl'.length),
          modifiedAt: (await stat(join(this.#directory, name))).mtimeMs,
        })),
    );
    return summaries.sort((left, right) => right.modifiedAt - left.modifiedAt);
  }

  #pathOf(id: string): string {
    if (!ID_PATTERN.test(id))
      throw new UsageError(`conversation id "${id}" is not valid: letters, digits and hyphens only`);
    return join(this.#directory, `${id}.jsonl`);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw translate(error, path);
  }
}

async function endsInTornLine(path: string): Promise<boolean> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size === 0) return false;
    const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
    return buffer[0] !== 0x0a;
  } finally {
    await file.close();
  }
}

function parseLine(line: string): StoredMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value && 'data' in value
      ? (value as StoredMessage)
      : undefined;
  } catch {
    return undefined;
  }
}

function translate(error: unknown, path: string): Error {
  const code = systemCode(error);
  if (isDiskFull(error)) {
    return new StorageFullError(
      `no room to write the conversation at ${path}: free some space; the answer was shown but is not kept`,
      { cause: error },
    );
  }
  return new FileAccessError(
    `cannot use the conversation file ${path} (${code ?? 'unknown fault'}): check the folder's permissions`,
    { path, cause: error },
  );
}
