import { parseJson } from 'wooster';
import { asObject, asText, type JsonFields } from '../../../client/dialects/json-fields.ts';

/** Engines that are told apart by what they answer. */
export type EngineId =
  | 'localai'
  | 'ollama'
  | 'llamacpp'
  | 'tei'
  | 'lmstudio'
  | 'vllm'
  | 'infinity'
  | 'embedding-server'
  | 'mlx'
  | 'mlx-vlm'
  | 'mlx-omni-server'
  | 'llama-cpp-python'
  | 'openai-compatible';

/** What one route answered. */
export interface Look {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers by path; a path that could not be asked is absent. */
export type Looks = Readonly<Record<string, Look | undefined>>;

/** What a server was recognised as. */
export interface Sighting {
  readonly engine: EngineId;
  readonly name: string;
  readonly version?: string;
  readonly isLoading?: boolean;
}

/** How one engine is recognised: the routes to look at, and what they say of it. */
export interface Fingerprint {
  readonly engine: EngineId;
  readonly paths: readonly string[];
  recognise(looks: Looks): Omit<Sighting, 'engine'> | undefined;
}

/** The JSON object that a route answered with status 200; undefined for anything else. */
export function fieldsOf(look: Look | undefined): JsonFields | undefined {
  return look === undefined || look.status !== 200 ? undefined : asObject(parseJson(look.text));
}

/** One text of that object. */
export function textField(look: Look | undefined, name: string): string | undefined {
  return asText(fieldsOf(look)?.[name]);
}

/** Title and version that a FastAPI server tells of itself in `/openapi.json`. */
export function applicationOf(looks: Looks): { readonly title?: string; readonly version?: string } {
  const info = asObject(fieldsOf(looks['/openapi.json'])?.info);
  return { title: asText(info?.title), version: asText(info?.version) };
}
