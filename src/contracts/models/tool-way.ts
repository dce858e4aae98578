/**
 * How a model is brought to call tools: `native` by what its server offers for it, `schema` by an answer that the server
 * holds to a JSON schema with every tool in it, `prompt` by words alone, with what it writes read and mended.
 */
export type ToolWay = (typeof TOOL_WAYS)[number];

/** All ways, each needing less of the server than the one before; of ways that did equally well the earlier one is taken. */
export const TOOL_WAYS = ['native', 'schema', 'prompt'] as const;

/** The way that one call is made, and why. */
export interface ToolWayChoice {
  readonly way: ToolWay;
  /** For people, as the end of a sentence: `its server says that it calls tools`. */
  readonly reason: string;
}
