import type { ToolDescriptor } from '../../contracts/commands/tool.ts';
import { isSameCall, requiredArguments, type PlainCall } from './repeated-call.ts';
import type { ToolRest } from './tool-rest.ts';

/** Runs of one tool in a turn that may go wrong before it is taken away. */
const FAILED_RUNS = 2;

/** Wrong calls in a row that may be made: after the first the model is asked again, after the second it is not. */
const WRONG_CALLS = 2;

/** Repetitions in a turn after which a local model is left without tools. */
const REPETITIONS = 2;

/** What may become of calls. */
interface TurnCallsParts {
  readonly tools: readonly ToolDescriptor[];
  readonly rest: ToolRest;
  /** Whether the model that calls runs on a machine of the user's. */
  readonly isLocal: () => boolean;
}

/** What becomes of one call: it runs, or the model reads why it does not. */
type CallVerdict =
  | { readonly kind: 'run' }
  | { readonly kind: 'wrong'; readonly text: string }
  | { readonly kind: 'repeated'; readonly text: string };

/**
 * The calls of one turn. A call that cannot be run is asked for once more; one that was made is not run again; a tool
 * that fails twice is taken away; and a local model that does not stop calling must answer in words.
 */
export class TurnCalls {
  readonly #tools: ReadonlyMap<string, ToolDescriptor>;
  readonly #parts: TurnCallsParts;
  readonly #made: PlainCall[] = [];
  readonly #failures = new Map<string, number>();
  readonly #wrong = new Map<string, number>();
  #repetitions = 0;
  #mustAnswer = false;

  constructor(parts: TurnCallsParts) {
    this.#parts = parts;
    this.#tools = new Map(parts.tools.map((tool) => [tool.id, tool]));
  }

  /** Whether the next call of the model is to be without tools. */
  get mustAnswer(): boolean {
    return this.#mustAnswer && this.#parts.isLocal();
  }

  /** Whether the model that calls runs on a machine of the user's. */
  get isLocal(): boolean {
    return this.#parts.isLocal();
  }

  /** Whether a tool has been taken away. */
  isTakenAway(name: string): boolean {
    return (this.#failures.get(name) ?? 0) >= FAILED_RUNS || this.#parts.rest.isResting(name);
  }

  /** Judges a call; one that is to be run counts as made from here on. `unreadable` are arguments that were no JSON. */
  async judge(call: PlainCall, unreadable?: string): Promise<CallVerdict> {
    const tool = this.#tools.get(call.name);
    if (tool === undefined) return this.#judgeWrong('', this.#describeUnknown(call.name), 'call one of these, or');
    if (this.isTakenAway(call.name)) {
      return { kind: 'wrong', text: `${call.name} is not offered in this turn any more: answer without it` };
    }
    const fault = unreadable === undefined ? await findFault(tool, call.args) : `no JSON: ${unreadable.slice(0, 80)}`;
    if (fault !== undefined) {
      const text = `${call.name} was not run, its arguments do not fit (${fault})`;
      return this.#judgeWrong(call.name, text, 'call it once more with arguments that fit, or');
    }
    this.#wrong.clear();
    const deciding = this.#parts.isLocal() ? requiredArguments(tool.schema) : [];
    if (this.#made.some((made) => isSameCall(made, call, deciding))) return this.#judgeRepeated(call);
    this.#made.push(call);
    return { kind: 'run' };
  }

  /** A run went wrong, so the call may be made again; what the model is to be told besides. */
  noteFailure(call: PlainCall): string {
    this.#made.splice(this.#made.indexOf(call), 1);
    const count = (this.#failures.get(call.name) ?? 0) + 1;
    this.#failures.set(call.name, count);
    return count >= FAILED_RUNS ? `; it failed ${count} times and is not offered in this turn any more` : '';
  }

  #describeUnknown(name: string): string {
    const offered = [...this.#tools.keys()].filter((id) => !this.isTakenAway(id)).join(', ');
    return `there is no tool "${name.slice(0, 80)}"${offered === '' ? '' : `; there are ${offered}`}`;
  }

  #judgeWrong(key: string, text: string, again: string): CallVerdict {
    const count = (this.#wrong.get(key) ?? 0) + 1;
    this.#wrong.set(key, count);
    if (count < WRONG_CALLS) return { kind: 'wrong', text: `${text}: ${again} answer in words` };
    this.#mustAnswer = true;
    return { kind: 'wrong', text: `${text}, which was the second time: answer in words, without it` };
  }

  #judgeRepeated({ name }: PlainCall): CallVerdict {
    this.#repetitions += 1;
    if (this.#repetitions >= REPETITIONS) this.#mustAnswer = true;
    const text = `${name} was called like this before and is not run again: its result stands above. Answer now.`;
    return { kind: 'repeated', text };
  }
}

/** What does not fit, in one line; undefined when all does. */
async function findFault(tool: ToolDescriptor, args: unknown): Promise<string | undefined> {
  const { success, error } = await tool.schema.safeParseAsync(args);
  if (success) return undefined;
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
    .slice(0, 300);
}
