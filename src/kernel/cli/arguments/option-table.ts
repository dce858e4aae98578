import { z } from 'zod';
import type { Action } from '../../../contracts/commands/action.ts';
import { typesOf, type ValueSchema } from '../../coerce-text.ts';

/** How one field of an action's arguments is given on a command line. */
export interface CommandOption {
  /** Name of the field in the schema. */
  readonly field: string;
  /** Without dashes, kebab-case: `max-tokens`. */
  readonly flag: string;
  readonly kind: 'text' | 'number' | 'switch';
  /** May be repeated. */
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly choices: readonly string[];
  readonly summary: string;
  /** As it is shown in help. */
  readonly defaultValue?: unknown;
  readonly schema: ValueSchema;
}

/** The options and positionals of one command. */
export interface OptionTable {
  readonly options: readonly CommandOption[];
  /** Also among the options. */
  readonly positionals: readonly CommandOption[];
}

function toKebab(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-');
}

function kindOf(schema: ValueSchema): CommandOption['kind'] {
  const types = typesOf(schema).filter((type) => type !== 'null');
  if (types.length > 0 && types.every((type) => type === 'boolean')) return 'switch';
  if (types.length > 0 && types.every((type) => type === 'number' || type === 'integer')) return 'number';
  return 'text';
}

function choicesOf(schema: ValueSchema): readonly string[] {
  if (schema.enum !== undefined) return schema.enum.filter((value) => value !== null).map(String);
  if (schema.const !== undefined) return [JSON.stringify(schema.const).replaceAll('"', '')];
  return (schema.anyOf ?? []).flatMap(choicesOf);
}

function toOption(field: string, schema: ValueSchema, isRequired: boolean): CommandOption {
  const isList = typesOf(schema).includes('array');
  const element = isList && typeof schema.items === 'object' ? schema.items : schema;
  return {
    field,
    flag: toKebab(field),
    kind: kindOf(element),
    isList,
    isRequired,
    choices: choicesOf(element),
    summary: schema.description ?? '',
    defaultValue: schema.default,
    schema,
  };
}

const tables = new WeakMap<z.ZodType, OptionTable>();

/** Derives the options from the action's schema; made once for each action. */
export function optionTableOf(action: Action): OptionTable {
  const known = tables.get(action.args);
  if (known !== undefined) return known;
  const schema = z.toJSONSchema(action.args, { io: 'input', unrepresentable: 'any' }) as ValueSchema;
  const required = schema.required ?? [];
  const options = Object.entries(schema.properties ?? {}).map(([field, value]) =>
    toOption(field, value, required.includes(field)),
  );
  const positionals = (action.positionals ?? []).flatMap((field) => options.filter((option) => option.field === field));
  const table = { options, positionals };
  tables.set(action.args, table);
  return table;
}
