import { z } from 'zod';
import { ConfigError } from '../../contracts/errors/host-errors.ts';
import type { EnvironmentBinding, PluginDefinition } from '../../contracts/plugins/plugin-definition.ts';
import { Secret } from '../../contracts/settings/secret.ts';
import { coerceText, type ValueSchema } from '../coerce-text.ts';
import { didYouMean } from '../nearest.ts';
import type { FoundPlugin } from './plugin-state.ts';

/** What the configuration holds for plugins. */
export interface PluginConfiguration {
  readonly slices: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Where a field comes from, by `<plugin>.<path>`. */
  readonly origins: Readonly<Record<string, string>>;
  /** A name of the environment or of `.env`, where it is set. */
  variable(name: string): { readonly value: string; readonly origin: string } | undefined;
}

/** The checked slice, or every fault in it. */
type CheckedSettings =
  | { readonly isValid: true; readonly settings: unknown }
  | { readonly isValid: false; readonly faults: readonly ConfigError[] };

type MutableSlice = Record<string, unknown>;

function schemaOf(definition: PluginDefinition): ValueSchema {
  return z.toJSONSchema(definition.config, { io: 'input', unrepresentable: 'any' }) as ValueSchema;
}

function schemaAt(schema: ValueSchema, path: readonly string[]): ValueSchema {
  return path.reduce<ValueSchema>((at, part) => at.properties?.[part] ?? {}, schema);
}

function setAt(slice: MutableSlice, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    slice[first] = value;
    return;
  }
  const below = slice[first];
  const next: MutableSlice = typeof below === 'object' && below !== null ? { ...below } : {};
  slice[first] = next;
  setAt(next, rest, value);
}

/** A flag is stronger than the environment, everything else is weaker. */
function isFromFlag(origin: string | undefined): boolean {
  return origin?.startsWith('flag:') === true;
}

interface Applied {
  readonly slice: MutableSlice;
  readonly origins: Record<string, string>;
}

function applyEnvironment(plugin: FoundPlugin, configuration: PluginConfiguration): Applied {
  const { definition } = plugin;
  const slice: MutableSlice = { ...configuration.slices[definition.id] };
  const origins: Record<string, string> = {};
  const bindings: readonly EnvironmentBinding[] = definition.env ?? [];
  if (bindings.length === 0) return { slice, origins };
  const schema = schemaOf(definition);
  for (const { name, path, isSecret } of bindings) {
    const variable = configuration.variable(name);
    if (variable === undefined || isFromFlag(configuration.origins[`${definition.id}.${path}`])) continue;
    const { value: text, origin } = variable;
    const parts = path.split('.');
    setAt(slice, parts, isSecret === true ? new Secret(text) : coerceText(text, schemaAt(schema, parts)));
    origins[path] = origin;
  }
  return { slice, origins };
}

function shapeOf(definition: PluginDefinition): string[] {
  return Object.keys((definition.config as { shape?: object }).shape ?? {});
}

function unknownSetting(key: string, known: readonly string[]): string {
  return `is no setting of the plugin${didYouMean(key, known)}`;
}

/** A plain object schema of zod drops what it does not know; here that is a fault. A strict one reports it itself. */
function unknownKeys(definition: PluginDefinition, slice: MutableSlice): { key: string; known: string[] }[] {
  const { type, catchall } = (definition.config as { _zod: { def: { type: string; catchall?: unknown } } })._zod.def;
  if (type !== 'object' || catchall !== undefined) return [];
  const known = shapeOf(definition);
  return Object.keys(slice).flatMap((key) => (known.includes(key) ? [] : [{ key, known }]));
}

/** Checks the plugin's slice by its own schema; each fault names plugin, field and origin. */
export function checkSettings(plugin: FoundPlugin, configuration: PluginConfiguration): CheckedSettings {
  const { definition } = plugin;
  const { slice, origins } = applyEnvironment(plugin, configuration);
  const originOf = (path: string): string | undefined =>
    origins[path] ?? configuration.origins[`${definition.id}.${path}`] ?? configuration.origins[definition.id];
  const fault = (path: string, what: string): ConfigError => {
    const name = ['plugins', definition.id, path].filter((part) => part !== '').join('.');
    const origin = originOf(path) ?? `defaults of plugin ${definition.id}`;
    return new ConfigError(`${origin}: ${name} ${what}`, {
      path: name,
      origin,
      details: { plugin: definition.id, file: plugin.file },
    });
  };
  const unknown = unknownKeys(definition, slice);
  const checked = definition.config.safeParse(slice);
  if (checked.success && unknown.length === 0) return { isValid: true, settings: checked.data };
  const strangers = unknown.map(({ key, known }) => fault(key, unknownSetting(key, known)));
  const wrong = (checked.success ? [] : checked.error.issues).flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') return [fault(path.join('.'), `is wrong: ${issue.message}`)];
    return issue.keys.map((key) => fault([...path, key].join('.'), unknownSetting(key, shapeOf(definition))));
  });
  return { isValid: false, faults: [...strangers, ...wrong] };
}
