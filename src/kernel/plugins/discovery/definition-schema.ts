import { z } from 'zod';
import { PluginError } from '../../../contracts/errors/host-errors.ts';
import type { PluginDefinition } from '../../../contracts/plugins/plugin-definition.ts';
import { didYouMean } from '../../nearest.ts';

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const SEMVER = /^\d+\.\d+\.\d+([-+].+)?$/;

const tokenSchema = z.object({ id: z.string().min(1), key: z.symbol() }, 'must be a token made by defineToken');

const errorRowSchema = z.object({
  code: z.string(),
  summary: z.string(),
  sameTargetAgain: z.enum(['never', 'once', 'wait']),
  mayFallBack: z.enum(['never', 'always', 'before-output', 'larger-context']),
  httpStatus: z.number().int(),
  exitCode: z.number().int().min(1).max(255),
  remedy: z.string(),
});

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value && 'safeParse' in value;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

const definitionSchema = z.strictObject({
  id: z.string().regex(KEBAB, 'must be kebab-case'),
  version: z.string().regex(SEMVER, 'must be a version such as 1.0.0'),
  summary: z.string().min(1, 'must be one sentence'),
  config: z.custom(isSchema, 'must be a schema of zod 4, such as z.object({})'),
  env: z
    .array(z.object({ name: z.string().min(1), path: z.string().min(1), isSecret: z.boolean().optional() }))
    .optional(),
  errors: z.array(errorRowSchema).optional(),
  needs: z.array(tokenSchema).optional(),
  provides: z.array(tokenSchema).optional(),
  contributes: z
    .array(
      z.object({
        point: z.object({ id: z.string() }),
        ids: z.union([z.literal('dynamic'), z.array(z.string())]),
      }),
    )
    .optional(),
  activate: z.custom(isFunction, 'must be a function'),
});

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const key = String(issue.keys[0]);
    return `has an unknown field ${key}${didYouMean(key, Object.keys(definitionSchema.shape))}`;
  }
  const path = issue.path.length === 0 ? 'the definition' : issue.path.map(String).join('.');
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('undefined');
  return isMissing ? `lacks ${path}` : `${path}: ${issue.message}`;
}

function checkErrorCodes(definition: PluginDefinition, file: string): void {
  const prefix = `E_${definition.id.toUpperCase().replaceAll('-', '_')}_`;
  const wrong = definition.errors?.find((row) => !row.code.startsWith(prefix));
  if (wrong === undefined) return;
  throw new PluginError(`plugin ${definition.id} (${file}): error code ${wrong.code} must start with ${prefix}`, {
    plugin: definition.id,
    phase: 'define',
  });
}

/** Checks what a plugin module exports; PluginError names the plugin, the field and the file. */
export function checkDefinition(value: unknown, file: string): PluginDefinition {
  const id = typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : undefined;
  const name = id === undefined ? `plugin in ${file}` : `plugin ${id} (${file})`;
  if (typeof value !== 'object' || value === null) {
    throw new PluginError(`${name} exports no \`plugin\`: add \`export const plugin = definePlugin({...})\``, {
      plugin: file,
      phase: 'define',
    });
  }
  const checked = definitionSchema.safeParse(value);
  if (!checked.success) {
    const issues = checked.error.issues.map(describeIssue).join('; ');
    throw new PluginError(`${name}: ${issues}`, { plugin: id ?? file, phase: 'define', details: { file } });
  }
  const definition = value as PluginDefinition;
  checkErrorCodes(definition, file);
  return definition;
}
