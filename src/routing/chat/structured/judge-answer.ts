import type { AIMessage } from '@langchain/core/messages';
import { ContentFilteredError, MalformedReplyError } from '../../../contracts/errors/provider-errors.ts';
import type { WoosterError } from '../../../contracts/errors/wooster-error.ts';
import { finishReasonsIn } from '../message-parts.ts';
import type { AnswerForm } from './answer-form.ts';
import type { AnswerSchema } from './answer-schema.ts';
import { jsonIn } from './json-in-text.ts';
import type { JsonInText } from './json-in-text.ts';

/** The answer; or what is wrong with it, which the model may mend; or why asking again would not help. */
export type Judgement =
  { readonly value: unknown } | { readonly issues: readonly string[] } | { readonly error: WoosterError };

const CUT = /^(length|max_tokens|max_output_tokens)$/i;

/** Of the issues, in an error of one line. */
const LONGEST_ISSUES = 300;

/** Takes the longest JSON of an answer that fits; where none does, tells what is wrong with the longest. */
export async function judgeAnswer(message: AIMessage, schema: AnswerSchema, form: AnswerForm): Promise<Judgement> {
  const refusal = refusalIn(message);
  if (refusal !== undefined) return { error: new ContentFilteredError(`${whoOf(message)} refused: ${refusal}`) };
  const isAtLimit = finishReasonsIn(message.response_metadata).some((reason) => CUT.test(reason));
  const { values, isCut } = writtenIn(message, schema, form);
  // LangChain closes the brackets of arguments that break off.
  if (isAtLimit && (isCut || values.length === 0 || (form.isCall && hasCalls(message)))) {
    return { error: new MalformedReplyError(cutText(message, schema), placeOf(message, schema)) };
  }
  let issues: readonly string[] | undefined;
  for (const value of values.toSorted(byLength)) {
    const checked = await schema.check(value);
    if ('value' in checked) return checked;
    issues ??= checked.issues;
  }
  return { issues: issues ?? [isCut ? 'the JSON ends in the middle' : 'there is no JSON in it'] };
}

/** For an answer that was asked for twice. */
export function misfitError(message: AIMessage, schema: AnswerSchema, issues: readonly string[]): MalformedReplyError {
  const joined = issues.join('; ');
  const shown = joined.length > LONGEST_ISSUES ? `${joined.slice(0, LONGEST_ISSUES)}…` : joined;
  const text = `${whoOf(message)}: the answer does not fit the schema ${schema.name} (${shown}), asked twice; use a larger model or a simpler schema`;
  return new MalformedReplyError(text, placeOf(message, schema, issues));
}

/** Longest first: what stands beside an answer is shorter than it. */
function byLength(left: unknown, right: unknown): number {
  return JSON.stringify(right).length - JSON.stringify(left).length;
}

function writtenIn(message: AIMessage, schema: AnswerSchema, form: AnswerForm): JsonInText {
  const { tool_calls: calls = [], invalid_tool_calls: broken = [] } = message;
  const called = calls.find(({ name }) => name === schema.name) ?? calls[0];
  if (form.isCall && called !== undefined) return unwrapped({ values: [called.args], isCut: false }, form);
  const [half] = broken;
  if (form.isCall && half !== undefined) return unwrapped(jsonIn(half.args ?? '', '{'), form);
  // A model that calls no tools writes what it would have called one with.
  const said = jsonIn(message.text, form.isCall ? schema.openers : form.openers);
  if (!form.isCall || schema.openers === '{') return said;
  return { ...said, values: said.values.flatMap((value) => [value, form.unwrap(value)]).filter(isThere) };
}

function unwrapped({ values, isCut }: JsonInText, form: AnswerForm): JsonInText {
  return { values: values.map((value) => form.unwrap(value)).filter(isThere), isCut };
}

function isThere(value: unknown): boolean {
  return value !== undefined;
}

function hasCalls({ tool_calls: calls = [], invalid_tool_calls: broken = [] }: AIMessage): boolean {
  return calls.length + broken.length > 0;
}

/** What a model says instead of an answer, where its provider tells it apart. */
function refusalIn({ content, additional_kwargs: extra }: AIMessage): string | undefined {
  if (typeof extra.refusal === 'string' && extra.refusal !== '') return extra.refusal;
  if (typeof content === 'string') return undefined;
  const block = content.find(({ type }) => type === 'refusal') as { readonly refusal?: unknown } | undefined;
  if (block === undefined) return undefined;
  return typeof block.refusal === 'string' ? block.refusal : 'no reason given';
}

function cutText(message: AIMessage, schema: AnswerSchema): string {
  return `${whoOf(message)}: the answer for the schema ${schema.name} was cut at its token limit; raise maxTokens or ask for less`;
}

function whoOf({ response_metadata: { ref } }: AIMessage): string {
  return typeof ref === 'string' ? ref : 'the model';
}

function placeOf({ response_metadata: place }: AIMessage, schema: AnswerSchema, issues?: readonly string[]): object {
  const { provider, model, targetId, decisionId } = place;
  return { provider, model, targetId, details: { schema: schema.name, decisionId, ...(issues && { issues }) } };
}
