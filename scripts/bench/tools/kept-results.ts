import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOL_SETS } from './cases/all-cases.ts';
import type { ToolCase } from './cases/tool-case.ts';
import type { Reply } from './conversation.ts';

/** What came of one case with one model asked one way; it is judged anew whenever it is read. */
export interface KeptResult {
  readonly model: string;
  readonly way: string;
  readonly caseId: string;
  /** Of the question and its tools, so that an answer to an earlier wording is not counted. */
  readonly wording: string;
  readonly engine: string;
  readonly day: string;
  readonly seconds: number;
  readonly replies: readonly Reply[];
}

/** Whose results are meant. */
export type ResultPlace = Pick<KeptResult, 'model' | 'way'>;

/** Names what a model is shown. */
export function wordingOf({ earlier, question, set }: ToolCase): string {
  const tools = TOOL_SETS[set];
  const shown = [earlier, question, tools.map(({ name, description, parameters }) => [name, description, parameters])];
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 12);
}

/** Results in a folder, a file of JSON lines for each model and way; the last line of a case counts. */
export class KeptResults {
  readonly #folder: string;
  readonly #results = new Map<string, KeptResult>();

  constructor(folder: string) {
    this.#folder = folder;
    if (!existsSync(folder)) return;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean);
      for (const line of lines) this.#hold(JSON.parse(line) as KeptResult);
    }
  }

  /** Keeps it at once, so that a run that is broken off loses nothing. */
  add(result: KeptResult): void {
    this.#hold(result);
    mkdirSync(this.#folder, { recursive: true });
    appendFileSync(join(this.#folder, `${result.model}.${result.way}.jsonl`), `${JSON.stringify(result)}\n`);
  }

  /** The last result of a case, if it answers its present wording. */
  get({ model, way }: ResultPlace, asked: ToolCase): KeptResult | undefined {
    const found = this.#results.get(keyOf({ model, way, caseId: asked.id }));
    return found?.wording === wordingOf(asked) ? found : undefined;
  }

  #hold(result: KeptResult): void {
    this.#results.set(keyOf(result), result);
  }
}

function keyOf({ model, way, caseId }: Pick<KeptResult, 'model' | 'way' | 'caseId'>): string {
  return `${model} ${way} ${caseId}`;
}
