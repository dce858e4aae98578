import { z } from 'zod';
import { budgetSchema, cacheSchema, privacySchema, usageSchema } from './accounts-schema.ts';
import { embeddingsSchema } from './embeddings-schema.ts';
import { providerSchema } from './provider-schema.ts';
import { failoverSchema, routingSchema } from './routing-schema.ts';
import { millisecondsSchema, secondsSchema, setting, textSchema } from './setting.ts';

const embeddedSchema = z.strictObject({
  enabled: setting(z.boolean(), 'Whether models run inside Wooster.'),
  model: setting(
    textSchema,
    'Id of `wooster setup --list`, path of a GGUF file or of a folder of ONNX files, or `owner/name` of ONNX files on the model hub.',
  ),
  contextTokens: setting(z.int().min(256).max(1_048_576), 'Window of the embedded model, tokens.'),
  port: setting(z.int().min(1).max(65_535), 'Loopback port of the embedded engine.', {
    defaultText: 'any that is free',
  }),
  threads: setting(z.int().min(1).max(1024), 'Threads of the engine.', { defaultText: 'physical cores minus one' }),
  gpu: setting(z.enum(['off', 'auto']), 'Whether the engine may use a graphics card.'),
  autoDownload: setting(
    z.boolean(),
    'Whether missing weights are fetched unasked; `wooster setup` fetches them either way, unless local-only forbids it.',
  ),
  hubBaseUrl: setting(textSchema, 'Address of the model hub.'),
  modelsDirectory: setting(textSchema, 'Folder of the weights, shared by all workspaces.', {
    defaultText: "`models` in the user's cache folder of Wooster",
  }),
  localDirectories: setting(z.array(textSchema), 'Folders that are searched for weights before anything is fetched.'),
});

const generationSchema = z.strictObject({
  temperature: setting(z.number().min(0).max(2), 'Randomness of answers.', { defaultText: "the server's own" }),
  maxTokens: setting(z.int().min(1).max(1_048_576), 'Longest answer, tokens.', { defaultText: "the server's own" }),
  streaming: setting(z.boolean(), 'Whether answers are shown as they are written.'),
});

const toolRuleSchema = z.enum(['allow', 'ask', 'deny']);

const toolsSchema = z.strictObject({
  enabled: setting(z.boolean(), 'Whether models are offered tools.'),
  approvals: z
    .strictObject({
      read: setting(toolRuleSchema, 'Tools that only read: `allow`, `ask` first, or `deny`, which nothing overrules.'),
      write: setting(toolRuleSchema, 'Tools that change something.'),
      network: setting(toolRuleSchema, 'Tools that reach beyond this machine.'),
    })
    .optional(),
  timeoutMs: setting(
    millisecondsSchema,
    'Longest run of a tool that sets no limit itself, milliseconds; one beyond it is left behind.',
  ),
  outputTokens: setting(
    z.int().min(64).max(1_048_576),
    "Longest result of a tool that sets no bound itself, tokens; never more than a quarter of the model's window.",
  ),
});

const pluginSchema = z.looseObject({
  enabled: setting(z.boolean(), 'Whether the plugin is on.', { defaultText: '`true`' }),
});

/** Everything a configuration file may hold, in today's and in every older spelling. */
export const settingsSchema = z.strictObject({
  $schema: z.string().optional(),
  routing: routingSchema.optional(),
  providers: z.object({}).catchall(providerSchema).optional(),
  cloud: z.strictObject({ openai: providerSchema.optional() }).optional(),
  embedded: embeddedSchema.optional(),
  embeddings: embeddingsSchema.optional(),
  knowledge: z
    .strictObject({
      index: setting(textSchema, 'Kind of vector index: `auto`, `exact`, `faiss`, or one of a plugin.'),
      maxFileMiB: setting(z.number().min(0.001).max(4096), 'Largest file that is ingested, MiB.', {
        defaultText: '10 for text, 64 for other formats',
      }),
    })
    .optional(),
  discovery: z
    .strictObject({
      mode: setting(
        z.enum(['auto', 'always', 'off']),
        'Whether model servers of this machine are looked for: where no local server is configured, always, or never.',
      ),
      hosts: setting(
        z.array(textSchema),
        'Further machines of yours to look at, as `host` or `host:port`; writing one declares it to be your own.',
      ),
    })
    .optional(),
  lifecycle: z
    .strictObject({
      preload: setting(
        z.array(textSchema),
        'Models that are loaded when a conversation begins, as `provider:model`; `auto` is the one that would answer.',
      ),
      preloadModels: setting(z.boolean(), '`true` is the same as `lifecycle.preload: ["auto"]`.', {
        defaultText: '`false`',
      }),
      offloadInactive: setting(z.boolean(), 'Whether models that nobody uses are unloaded.', {
        defaultText: '`false`',
      }),
      unloadAfterSeconds: setting(secondsSchema, 'After so long without a call they are, seconds.'),
      quantization: setting(textSchema, 'Form of the weights that is asked for when a model is fetched: `q4_k_m`.', {
        defaultText: "the server's choice",
      }),
    })
    .optional(),
  generation: generationSchema.optional(),
  privacy: privacySchema.optional(),
  budget: budgetSchema.optional(),
  usage: usageSchema.optional(),
  cache: cacheSchema.optional(),
  tools: toolsSchema.optional(),
  log: z
    .strictObject({
      level: setting(z.enum(['debug', 'info', 'warn', 'error']), 'Least level that is written to the log.'),
    })
    .optional(),
  plugins: z
    .object({ sources: setting(z.array(textSchema), 'Paths and package names of plugins besides `plugins/*`.') })
    .catchall(pluginSchema)
    .optional(),
  failover: failoverSchema.optional(),
});
