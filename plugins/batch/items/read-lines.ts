import { UsageError } from 'wooster';
import { z } from 'zod';
import { requireModel, type ItemDraft } from './batch-item.ts';

const lineSchema = z.strictObject({
  id: z.union([z.string(), z.number().transform(String)]).optional(),
  prompt: z.string().min(1),
  system: z.string().optional(),
  model: z.string().optional(),
  temperature: z.number().min(0).max(2).optional(),
  maxTokens: z.number().int().positive().optional(),
});

/** Lines with something in them, with their numbers from 1. */
function linesOf(text: string): readonly { readonly line: string; readonly number: number }[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, at) => ({ line: line.trim(), number: at + 1 }))
    .filter(({ line }) => line !== '');
}

function toDraft(line: string, place: string): ItemDraft {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageError(`${place} is no JSON: write one object a line, such as {"id": "a", "prompt": "..."}`);
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? '';
    const known = Object.keys(lineSchema.shape).join(', ');
    throw new UsageError(
      `${place}: ${field === '' ? '' : `${field}: `}${issue?.message ?? 'wrong'} (fields: ${known})`,
    );
  }
  const { model, ...draft } = parsed.data;
  return { ...draft, ...(model !== undefined && { model: requireModel(model, `${place}: `) }) };
}

/** Items of JSON Lines; UsageError that names the line for one that is none. */
export function readJsonLines(text: string, name: string): readonly ItemDraft[] {
  return linesOf(text).map(({ line, number }) => toDraft(line, `${name} line ${number}`));
}

/** One prompt a line; empty lines are left out. */
export function readPromptLines(text: string): readonly ItemDraft[] {
  return linesOf(text).map(({ line }) => ({ prompt: line }));
}

/** Whether a text without a name is JSON Lines: its first line is an object. */
export function looksLikeJsonLines(text: string): boolean {
  return /^\uFEFF?\s*\{/.test(text);
}
