import { z } from 'zod';
import { normaliseAddress } from '../shapes/address.ts';
import { providerLimitsSchema } from './limits-schema.ts';
import { alias, secondsSchema, setting, textSchema } from './setting.ts';

/** An address in any form that can be read. */
export const addressSchema = z.string().refine((text) => normaliseAddress(text) !== undefined);

const priceSchema = z.number().min(0).max(1_000_000);

/** Fields of a configured provider, in today's spelling. */
const providerFields = {
  kind: setting(
    textSchema,
    'What serves it: `ollama`, `lmstudio`, `mlx`, `llamacpp`, `localai`, `vllm`, `embedding-server`, `tei`, `infinity`, `mlx-vlm`, `mlx-omni-server`, `llama-cpp-python`, `openai-compatible`, `openai`, `anthropic` (or `claude`), `gemini` (or `google`), `openrouter`.',
    {
      defaultText: 'by the id; else `openai-compatible`',
    },
  ),
  enabled: setting(
    z.boolean(),
    'Whether it is used. On a cloud entry of the provider file, `true` is also the permission to use it.',
    {
      defaultText: '`true`',
    },
  ),
  baseUrl: setting(addressSchema, 'Address of the server, with or without `/v1`.', { defaultText: "the engine's own" }),
  model: setting(textSchema, 'Model that is asked when none is named.', { defaultText: 'the first the server lists' }),
  apiKey: setting(textSchema, 'Key of the service, best as `${NAME}`. A key is never a permission.', {
    isSecret: true,
  }),
  priority: setting(z.int().min(0).max(1000), 'Lower is tried first.', {
    defaultText: 'local 10, ollama 20, localai 30, others 50, embedded 90, cloud 100',
  }),
  timeoutSeconds: setting(secondsSchema, 'First-token limit of streams and total limit of plain calls, seconds.', {
    defaultText: '`routing.limits`',
  }),
  limits: providerLimitsSchema.optional(),
  declaredLocal: setting(z.boolean(), 'Declares that the endpoint runs on machines of your own.', {
    defaultText: '`false`; `true` for `local`',
  }),
  noTraining: setting(
    z.boolean(),
    'Declares that the provider does not train on what it gets, so that calls of the class `no-training` may use it.',
    { defaultText: '`false`' },
  ),
  prices: z
    .strictObject({
      inputPerMillion: setting(priceSchema, 'USD for a million tokens of input.', { defaultText: "the catalogue's" }),
      outputPerMillion: setting(priceSchema, 'USD for a million tokens of output.', { defaultText: "the catalogue's" }),
      cachedInputPerMillion: setting(priceSchema, 'USD for a million tokens of input that the provider had kept.', {
        defaultText: 'as other input',
      }),
      cacheWritePerMillion: setting(
        priceSchema,
        'USD for a million tokens of input that the provider keeps for later.',
        {
          defaultText: 'as other input',
        },
      ),
      perCall: setting(priceSchema, 'USD for each call.', { defaultText: '0' }),
      asOf: setting(z.iso.date(), 'Date on which they held.', { defaultText: 'none' }),
    })
    .optional(),
  autoStart: setting(z.boolean(), 'Starts the server when it is needed and does not run, and ends it with Wooster.', {
    defaultText: '`true` where `start` is written',
  }),
  start: z
    .strictObject({
      command: setting(z.array(textSchema).min(1), 'Program and arguments that start the server.', {
        defaultText: "the kind's own",
      }),
      environment: setting(
        z.record(z.string(), z.string()),
        'Environment names that it gets besides those of Wooster.',
      ),
      directory: setting(textSchema, 'Folder in which it is started.', { defaultText: 'the workspace' }),
      readySeconds: setting(secondsSchema, 'Limit until it is well, seconds.', {
        defaultText: '`routing.limits.loadMs`',
      }),
      maxMemoryMiB: setting(z.number().min(16).max(16_777_216), 'Started again when it takes more memory, MiB.', {
        defaultText: 'none',
      }),
    })
    .optional(),
  targets: setting(
    z.array(
      z.strictObject({
        baseUrl: addressSchema,
        weight: z.number().positive().max(1000).default(1),
        slots: z.int().min(1).max(10_000).optional(),
      }),
    ),
    'Several endpoints of the same models, each `{ baseUrl, weight, slots }`; instead of `baseUrl`.',
  ),
  balance: setting(
    z.enum(['round-robin', 'least-busy', 'latency']),
    'How calls are shared out among `targets`: in turn by weight, to the least busy, or the more the faster one answers.',
    { defaultText: '`round-robin`' },
  ),
  slots: setting(z.int().min(1).max(10_000), 'Calls that one endpoint gets at once; more wait here.', {
    defaultText: 'no limit',
  }),
  queue: setting(z.int().min(0).max(100_000), 'Calls that may wait for a slot; the next is refused as busy.', {
    defaultText: '8 for each slot',
  }),
  options: setting(z.record(z.string(), z.unknown()), 'Further settings of the kind, checked by the kind itself.'),
};

/** Other spellings of the same fields, as provider files have them. */
const providerSpellings = {
  baseURL: alias(addressSchema, 'baseUrl'),
  base_url: alias(addressSchema, 'baseUrl'),
  serverUrl: alias(addressSchema, 'baseUrl'),
  host: alias(addressSchema, 'baseUrl'),
  api_key: setting(textSchema, 'The same as `apiKey`.', { sameAs: 'apiKey', isSecret: true }),
  timeout: alias(secondsSchema, 'timeoutSeconds'),
};

/** One configured provider. */
export const providerSchema = z.strictObject({ ...providerFields, ...providerSpellings });
