import { z } from 'zod';

/** Texts of one request at most; a client that has more sends several. */
export const MAX_INPUTS = 256;

const inputSchema = z.union([z.string(), z.array(z.string())], {
  error: 'must be a text or a list of texts',
});

const inputTypeSchema = z.enum(['query', 'document']).nullish();

/** The body of `POST /v1/embeddings`: that of OpenAI, with `input_type` and `truncate` besides. */
export const embeddingRequestSchema = z.looseObject({
  model: z.string().nullish(),
  input: inputSchema,
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.number().int().positive().nullish(),
  /** What the texts are, for models that want a prefix; without it none is added. */
  input_type: inputTypeSchema,
  /** Reads only the beginning of a text that is too long, which is refused otherwise. */
  truncate: z.boolean().nullish(),
});

/** A checked request for embeddings. */
export type EmbeddingRequest = z.infer<typeof embeddingRequestSchema>;

/** The body of `POST /tokenize`: one text, as llama-server takes it, or texts to be counted. */
export const countRequestSchema = z.union(
  [
    z.looseObject({ content: z.string() }),
    z.looseObject({ input: inputSchema, input_type: inputTypeSchema, model: z.string().nullish() }),
  ],
  { error: 'must have "content", a text, or "input", a list of texts' },
);
