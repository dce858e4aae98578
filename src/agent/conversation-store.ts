import { appendFile, mkdir, open, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseMessage, StoredMessage } from '@langchain/core/messages';
import { z } from 'zod';
import { FileAccessError, StorageFullError } from '../contracts/errors/resource-errors.ts';
import { UsageError } from '../contracts/errors/host-errors.ts';
import { PRIVACY_CLASSES } from '../contracts/routing/route-request.ts';
import { writeWhole } from '../kernel/files/write-whole.ts';
import { isDiskFull, systemCode } from '../kernel/system-code.ts';
import type { KeptSummary } from './history/trim-history.ts';

const ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/i;

const CONVERSATION = '.jsonl';
const SUMMARY = '.summary.json';

/** One conversation as listed. */
export interface ConversationSummary {
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

  /** Those of a workspace, by its folder of state. */
  static within(stateDirectory: string): ConversationStore {
    return new ConversationStore(join(stateDirectory, 'conversations'));
  }

  /** Messages in order; an unknown id is an empty conversation. */
  async read(id: string): Promise<BaseMessage[]> {
    const { mapStoredMessagesToChatMessages } = await import('@langchain/core/messages');
    return mapStoredMessagesToChatMessages(await this.readStored(id));
  }

  /** The same messages as they are on disk. */
  async readStored(id: string): Promise<StoredMessage[]> {
    const text = await readText(this.#pathOf(id));
    return text.split('\n').flatMap((line) => {
      const message = parseLine(line);
      return message === undefined ? [] : [message];
    });
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
        .filter((name) => name.endsWith(CONVERSATION))
        .map(async (name) => {
          // One may be deleted meanwhile.
          const facts = await stat(join(this.#directory, name)).catch(() => undefined);
          return { id: name.slice(0, -CONVERSATION.length), modifiedAt: facts?.mtimeMs };
        }),
    );
    return summaries
      .flatMap(({ id, modifiedAt }) => (modifiedAt === undefined || !ID_PATTERN.test(id) ? [] : [{ id, modifiedAt }]))
      .sort((left, right) => right.modifiedAt - left.modifiedAt);
  }

  /** The summary of its beginning, where one was made and can be read. */
  async readSummary(id: string): Promise<KeptSummary | undefined> {
    const text = await readText(this.#pathOf(id, SUMMARY)).catch(() => '');
    return parseSummary(text);
  }

  /** Keeps a summary beside the conversation, in place of the one before. */
  async writeSummary(id: string, summary: KeptSummary): Promise<void> {
    const path = this.#pathOf(id, SUMMARY);
    try {
      await mkdir(this.#directory, { recursive: true });
      await writeWhole(path, [Buffer.from(JSON.stringify(summary))]);
    } catch (error) {
      throw translate(error, path);
    }
  }

  /** Deletes a conversation with its summary; false when there is none. */
  async remove(id: string): Promise<boolean> {
    const path = this.#pathOf(id);
    try {
      await rm(this.#pathOf(id, SUMMARY), { force: true });
      await rm(path);
      return true;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false;
      throw translate(error, path);
    }
  }

  #pathOf(id: string, suffix = CONVERSATION): string {
    if (!ID_PATTERN.test(id))
      throw new UsageError(`conversation id "${id}" is not valid: up to 64 letters, digits and hyphens`);
    return join(this.#directory, `${id}${suffix}`);
  }
}

const summarySchema: z.ZodType<KeptSummary> = z.object({
  text: z.string().min(1),
  privacy: z.enum(PRIVACY_CLASSES),
  upTo: z.int().min(1),
});

function parseSummary(text: string): KeptSummary | undefined {
  try {
    return summarySchema.parse(JSON.parse(text));
  } catch {
    // It can be made again.
    return undefined;
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
