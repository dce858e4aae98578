import type { Fact, Price } from 'wooster';
import { z } from 'zod';
import type { ListedModel, ModelPage } from '../common/cloud.ts';

const modelSchema = z.looseObject({
  id: z.string().min(1),
  context_length: z.number().positive().nullish(),
  architecture: z
    .looseObject({
      input_modalities: z.array(z.string()).nullish(),
      output_modalities: z.array(z.string()).nullish(),
    })
    .nullish(),
  /** Texts, USD a token or a call; below 0 where it is not known before the call. */
  pricing: z.record(z.string(), z.unknown()).nullish(),
  top_provider: z
    .looseObject({
      context_length: z.number().positive().nullish(),
      max_completion_tokens: z.number().positive().nullish(),
    })
    .nullish(),
  supported_parameters: z.array(z.string()).nullish(),
});

const listSchema = z.looseObject({ data: z.array(modelSchema) });

type Listed = z.output<typeof modelSchema>;

const UNITS = [
  ['prompt', 'input-token'],
  ['input_cache_read', 'cached-input-token'],
  ['input_cache_write', 'cache-write-token'],
  ['completion', 'output-token'],
  ['request', 'call'],
] as const satisfies readonly (readonly [string, Price['unit']])[];

/** USD of one; undefined for what is no price. */
function usdOf(text: unknown): number | undefined {
  const usd = typeof text === 'string' && text.trim() !== '' ? Number(text) : text;
  return typeof usd === 'number' && Number.isFinite(usd) && usd >= 0 ? usd : undefined;
}

/** Prices of a model; none where that of either way is unknown, since what is then reckoned would be too low. */
export function readPricing(pricing: Readonly<Record<string, unknown>> | null | undefined): Fact<Price[]> | undefined {
  if (usdOf(pricing?.prompt) === undefined || usdOf(pricing?.completion) === undefined) return undefined;
  const prices = UNITS.flatMap(([name, unit]): Price[] => {
    const usd = usdOf(pricing?.[name]);
    if (usd === undefined) return [];
    // A price of 0 for what is kept or for a call is how the list says that there is none.
    const isNone = usd === 0 && name !== 'prompt' && name !== 'completion';
    return isNone ? [] : [{ unit, quantity: 1, usd }];
  });
  return { value: prices, origin: 'server' };
}

function served<T>(value: T): Fact<T> {
  return { value, origin: 'server' };
}

function toModel({ id: modelId, architecture, supported_parameters: parameters, ...facts }: Listed): ListedModel {
  const window = facts.top_provider?.context_length ?? facts.context_length;
  const most = facts.top_provider?.max_completion_tokens;
  const prices = readPricing(facts.pricing);
  const { input_modalities: inputs, output_modalities: outputs } = architecture ?? {};
  return {
    modelId,
    capabilities: {
      chat: served(outputs?.includes('text') ?? true),
      embed: served(false),
      ...(inputs && { vision: served(inputs.includes('image')) }),
      ...(parameters && {
        tools: served(parameters.includes('tools')),
        json: served(parameters.includes('structured_outputs')),
        reasoning: served(parameters.includes('reasoning')),
      }),
    },
    ...(window != null && { contextTokens: served(window) }),
    ...(most != null && { maxOutputTokens: served(most) }),
    ...(prices !== undefined && { prices }),
  };
}

/** The list of models, which comes whole. */
export function readOpenRouterModels(page: unknown): ModelPage | undefined {
  const list = listSchema.safeParse(page);
  return list.success ? { models: list.data.data.map(toModel) } : undefined;
}
