/**
 * Where a server departs from its dialect; presets list the quirks of their engine, and the code that speaks the dialect
 * reads them. Each is one wire fact.
 */
export const QUIRKS = [
  /** Refuses `response_format: json_object`; a schema that allows any object does the same (LM Studio 0.4). */
  'rejects-json-object',
  /** Reads no `response_format` (mlx_lm.server 0.32); the model is told in words what to write. */
  'ignores-response-format',
  /** Does not read `tool_choice` (Ollama 0.33, mlx_lm.server 0.32); only the tool that must be called is offered. */
  'ignores-tool-choice',
  /** Has no embeddings route (mlx_lm.server 0.32). */
  'no-embeddings',
  /** Must not be sent `stream_options`. */
  'no-stream-options',
  /** Stops after 512 tokens unless told otherwise (mlx_lm.server 0.32). */
  'short-default-output',
  /** Answers 404 for any failure to load, so a 404 does not mean an unknown model (mlx_lm.server 0.32). */
  'any-failure-is-404',
  /** Thinks more than once in an answer: `<think>` tags within the content count too, not only those at its start. */
  'think-tags',
  /**
   * The template of its model ends the prompt with `<think>`, as those of DeepSeek-R1 and QwQ do, and the server takes no
   * reasoning apart: the content then begins with reasoning and has the closing tag only.
   */
  'opens-think',
  /**
   * Ends its answers with `[DONE]` and tells no finish reason. Without it `[DONE]` alone is an interruption: proxies send
   * it for answers that broke off, and llama-cpp-python 0.3 does when another request comes.
   */
  'no-finish-reason',
] as const;

/** One departure of a server from its dialect. */
export type Quirk = (typeof QUIRKS)[number];

/** The quirks of one server. */
export type Quirks = ReadonlySet<Quirk>;
