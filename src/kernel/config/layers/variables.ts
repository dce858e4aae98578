import { parseEnv } from 'node:util';
import type { Environment } from '../env.ts';

/** A variable that is set, and by whom. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly source: 'environment' | '.env';
  /** `environment: NAME` or `.env: NAME`. */
  readonly origin: string;
}

/** The environment over the `.env` file; an empty value is no value. */
export class Variables {
  readonly #environment: Environment;
  readonly #dotEnv: Environment;

  constructor(environment: Environment, dotEnvText = '') {
    this.#environment = environment;
    this.#dotEnv = parseEnv(dotEnvText);
  }

  /** The variable, the real environment first; undefined when unset or empty in both. */
  find(name: string): Variable | undefined {
    return this.each(name)[0];
  }

  /** The settings of one name, the strongest first. */
  each(name: string): readonly Variable[] {
    const found: Variable[] = [];
    const own = valueOf(this.#environment, name);
    const file = valueOf(this.#dotEnv, name);
    if (own !== undefined) found.push({ name, value: own, source: 'environment', origin: `environment: ${name}` });
    if (file !== undefined) found.push({ name, value: file, source: '.env', origin: `.env: ${name}` });
    return found;
  }

  /** All names that are set. */
  names(): readonly string[] {
    const names = new Set([...Object.keys(this.#environment), ...Object.keys(this.#dotEnv)]);
    return [...names].filter((name) => this.find(name) !== undefined);
  }
}

function valueOf(environment: Environment, name: string): string | undefined {
  if (!Object.hasOwn(environment, name)) return undefined;
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}
