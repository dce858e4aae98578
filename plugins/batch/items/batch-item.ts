import { createHash } from 'node:crypto';
import { parseModelRef, toModelRef, UsageError, type ModelRef } from 'wooster';

/** One thing to ask. */
export interface BatchItem {
  /** Place among all items, from 0. */
  readonly index: number;
  /** As the input names it; the path of a file. */
  readonly id?: string;
  readonly prompt: string;
  readonly system?: string;
  readonly model?: ModelRef;
  readonly temperature: number;
  readonly maxTokens?: number;
  /** Why it cannot be asked: its file cannot be read. */
  readonly fault?: ItemFault;
  /** The same for items that are asked alike; of an answer that is there already it says to which item it belongs. */
  readonly hash: string;
}

/** What went wrong with one item, as its line tells it. */
export interface ItemFault {
  readonly code: string;
  readonly message: string;
}

/** What of an item comes from the input; the rest from the options. */
export type ItemDraft = Partial<Omit<BatchItem, 'index' | 'hash'>> & Pick<BatchItem, 'prompt'>;

/** Options that hold for every item that does not say otherwise. */
export interface ItemDefaults {
  readonly system?: string;
  readonly model?: ModelRef;
  readonly temperature: number;
  readonly maxTokens?: number;
  /** What else an answer depends on: the project, how far it may go. */
  readonly scope: readonly (string | undefined)[];
}

/** Items of the drafts, in order. */
export function toItems(drafts: readonly ItemDraft[], { scope, ...defaults }: ItemDefaults): readonly BatchItem[] {
  return drafts.map((draft, index) => {
    const item = { ...defaults, ...draft, index };
    const { prompt, system, model, temperature, maxTokens, fault } = item;
    const asked = [prompt, system, model, temperature, maxTokens, fault, ...scope].map((value) => value ?? null);
    return { ...item, hash: createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 32) };
  });
}

/** A model reference, or a UsageError that shows the form. */
export function requireModel(text: string, where = ''): ModelRef {
  const parsed = parseModelRef(text);
  if (parsed !== undefined) return toModelRef(parsed.providerId, parsed.modelId);
  throw new UsageError(`${where}"${text}" names no model: write provider:model, as \`wooster models\` lists them`);
}
