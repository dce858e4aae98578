import { z } from 'zod';

const placeFields = {
  index: z.number().int().min(0).describe('place in the input, from 0'),
  id: z.string().optional().describe('as the input names it; the path of a file'),
  item: z.string().describe('hash of what was asked'),
  equalTo: z.number().int().optional().describe('the item that was asked for both'),
};

const answerSchema = z.object({
  ...placeFields,
  answer: z.string(),
  model: z.string(),
  tokens: z.object({ input: z.number(), output: z.number(), isEstimated: z.boolean() }),
  costUsd: z.number().optional().describe('absent where it is unknown'),
  isCached: z.boolean().describe('given from the response cache'),
  finishReason: z.string().optional(),
  milliseconds: z.number(),
  decisionId: z.string().describe('for `wooster why`'),
  sources: z.array(z.string()).optional().describe('passages that the answer cites'),
});

const faultSchema = z.object({ ...placeFields, error: z.object({ code: z.string(), message: z.string() }) });

/** One line of the result: an answer, or why there is none. */
export const batchLineSchema = z.union([answerSchema, faultSchema]);

/** An item that was answered. */
export type AnswerLine = z.output<typeof answerSchema>;
/** An item that could not be answered. */
type FaultLine = z.output<typeof faultSchema>;
export type BatchLine = AnswerLine | FaultLine;

/** Whether a line holds an answer. */
export function isAnswer(line: BatchLine): line is AnswerLine {
  return 'answer' in line;
}

/** What a batch came to. */
export const tallySchema = z.object({
  items: z.number(),
  answered: z.number().describe('with an answer, in this run or an earlier one'),
  failed: z.number(),
  earlier: z.number().describe('lines that were there before'),
  cached: z.number().describe('answered in this run from the response cache'),
  equal: z.number().describe('answered in this run together with an equal item'),
  tokens: z.object({ input: z.number(), output: z.number() }).describe('of the calls of this run'),
  costUsd: z.number().describe('of this run'),
  unknownCosts: z.number().describe('calls whose cost is unknown; they are not in the sum'),
  milliseconds: z.number(),
});

export type Tally = z.output<typeof tallySchema>;
