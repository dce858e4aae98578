import { UsageError } from '../../contracts/errors/host-errors.ts';
import { FileAccessError } from '../../contracts/errors/resource-errors.ts';
import type { ConversationStore, ConversationSummary } from '../conversation-store.ts';
import { readTranscript, type TranscriptTurn } from './transcript.ts';
import { writeMarkdown } from './write-markdown.ts';

/** A conversation as it can be read. */
export interface Transcript {
  readonly id: string;
  /** When its last turn was kept, ISO 8601. */
  readonly lastAt: string;
  readonly turns: readonly TranscriptTurn[];
}

/** One conversation of a list. */
export interface ListedConversation {
  readonly id: string;
  readonly lastAt: string;
  readonly turns: number;
  /** Its first question, in one line; empty where there is none. */
  readonly question: string;
  /** Of its last turn that was about one. */
  readonly project?: string;
  /** Why it cannot be read, in one line. */
  readonly fault?: string;
}

/** A conversation and what was written of it. */
interface WrittenConversation {
  readonly transcript: Transcript;
  readonly text: string;
}

/** Longest question of a list. */
const QUESTION_LENGTH = 120;

/** Names that are told where a name is wrong. */
const TOLD_NAMES = 5;

/** What was said in a workspace, for people: listed, read, written down, deleted. */
export class Conversations {
  readonly #store: ConversationStore;

  constructor(store: ConversationStore) {
    this.#store = store;
  }

  /** Newest first; one that cannot be read is listed with the reason. */
  async list(limit = Infinity): Promise<readonly ListedConversation[]> {
    const listed: ListedConversation[] = [];
    // One file at a time: there may be thousands.
    for (const { id, modifiedAt } of (await this.#store.list()).slice(0, limit)) {
      listed.push(await this.#describe(id, new Date(modifiedAt).toISOString()));
    }
    return listed;
  }

  /** Whether there is one of that id. */
  async has(id: string): Promise<boolean> {
    return (await this.#store.list()).some((each) => each.id === id);
  }

  /** The id that a word names, which may be `last`. UsageError that names the newest ones where there is none such. */
  async find(word: string): Promise<string> {
    return (await this.#findStored(word)).id;
  }

  async #findStored(word: string): Promise<ConversationSummary> {
    const known = await this.#store.list();
    const [newest] = known;
    if (newest === undefined) throw new UsageError('no conversation is kept here: `wooster chat` begins one');
    const found = word === 'last' ? newest : known.find(({ id }) => id === word);
    if (found !== undefined) return found;
    const names = known.slice(0, TOLD_NAMES).map(({ id }) => id);
    const more = known.length > names.length ? ` and ${known.length - names.length} more` : '';
    throw new UsageError(
      `there is no conversation "${word}"; there are ${names.join(', ')}${more}: see \`wooster conversations\``,
    );
  }

  /** The turns of one, by id or `last`. UsageError for an unknown one; FileAccessError for a file that holds none. */
  async read(word: string): Promise<Transcript> {
    const { id, modifiedAt } = await this.#findStored(word);
    const turns = readTranscript(await this.#store.readStored(id));
    if (turns.length === 0) {
      throw new FileAccessError(`the file of conversation ${id} holds nothing that can be read: delete it`, {
        path: id,
      });
    }
    return { id, lastAt: new Date(modifiedAt).toISOString(), turns };
  }

  /** One with its text: a page for people, or all of it as JSON. */
  async write(word: string, format: 'markdown' | 'json'): Promise<WrittenConversation> {
    const transcript = await this.read(word);
    const text = format === 'json' ? `${JSON.stringify(transcript, undefined, 2)}\n` : writeMarkdown(transcript);
    return { transcript, text };
  }

  /** Deletes one for good, with its summary. UsageError for an unknown one. */
  async remove(word: string): Promise<string> {
    const id = await this.find(word);
    await this.#store.remove(id);
    return id;
  }

  async #describe(id: string, lastAt: string): Promise<ListedConversation> {
    try {
      const turns = readTranscript(await this.#store.readStored(id));
      const project = turns.findLast((turn) => turn.project !== undefined)?.project;
      const line = (turns[0]?.question ?? '').replace(/\s+/g, ' ').trim();
      const question = line.length <= QUESTION_LENGTH ? line : `${line.slice(0, QUESTION_LENGTH - 1)}…`;
      const fault = turns.length === 0 ? { fault: 'its file holds nothing that can be read' } : {};
      return { id, lastAt, turns: turns.length, question, ...(project !== undefined && { project }), ...fault };
    } catch (error) {
      // Listed nevertheless, or nobody would find what is wrong.
      return { id, lastAt, turns: 0, question: '', fault: error instanceof Error ? error.message : String(error) };
    }
  }
}
