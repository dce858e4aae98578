/**
 * Where a server departs from its dialect; presets list the quirks of their engine, and the code that speaks the dialect
 * reads them. Each is one wire fact.
 */
export type Quirk =
  /** Refuses `response_format: json_object`; a schema that allows any object does the same (LM Studio). */
  | 'rejects-json-object'
  /** Reads neither `response_format` nor `format` (mlx_lm.server). */
  | 'ignores-response-format'
  /** Does not read `tool_choice` (Ollama's /v1, mlx_lm.server). */
  | 'ignores-tool-choice'
  /** Accepts tools and never calls them (mlx_lm.server without a tool template). */
  | 'may-ignore-tools'
  /** Has no embeddings route (mlx_lm.server). */
  | 'no-embeddings'
  /** Must not be sent `stream_options` (llama-cpp-python ignores them; old servers refuse unknown fields). */
  | 'no-stream-options'
  /** Stops after 512 tokens unless told otherwise (mlx_lm.server). */
  | 'short-default-output'
  /** Answers 404 for any failure to load, so a 404 does not mean an unknown model (mlx_lm.server). */
  | 'any-failure-is-404'
  /** Puts its reasoning between `<think>` tags within the content. */
  | 'think-tags'
  /** A running answer ends cleanly when another request comes, so `[DONE]` alone proves nothing (llama-cpp-python). */
  | 'done-after-interruption';

/** The quirks of one server. */
export type Quirks = ReadonlySet<Quirk>;
