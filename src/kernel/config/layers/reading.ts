import { canonicalPath } from '../shapes/canonical-path.ts';

/** One value that one layer gives to one setting. */
export interface Reading {
  readonly segments: readonly string[];
  /** Dotted form of `segments`, in today's names. */
  readonly path: string;
  /** As written, after `${NAME}` has been filled in. */
  readonly value: unknown;
  /** `config/local.json: routing.strategy`, `environment: LLM_STRATEGY`, `flag: --strategy`, `default`. */
  readonly origin: string;
  /** Layers in ascending order of precedence. */
  readonly rank: number;
  /** Among spellings of one layer the heavier wins. */
  readonly weight: number;
  /** The path as the layer has it, before older places and spellings were translated. */
  readonly written: readonly string[];
  /** The unset variable that keeps the value from being known. */
  readonly unsetName?: string;
}

/** Layers in ascending order; a later one wins. */
export const RANKS = {
  default: 0,
  packageDefaults: 10,
  workspaceDefaults: 11,
  localJson: 20,
  localYaml: 21,
  localYml: 22,
  extraFile: 25,
  providerFile: 30,
  dotEnv: 40,
  environment: 41,
  flag: 50,
} as const;

/** What a reading is made of. */
export interface ReadingInput {
  readonly written: readonly string[];
  readonly value: unknown;
  readonly origin: string;
  readonly rank: number;
  readonly unsetName?: string;
}

/** A reading under today's name of its setting. */
export function toReading({ written, ...rest }: ReadingInput): Reading {
  const { segments, weight } = canonicalPath(written);
  return { ...rest, segments, weight, written, path: segments.join('.') };
}

/** Settings whose explicit refusal in any layer wins over every other layer. */
const REFUSALS: readonly (readonly [path: RegExp, refusal: unknown])[] = [
  [/^routing\.cloud\.allow$/, false],
  [/^routing\.localOnly$/, true],
  [/^embeddings\.\w+\.fallbackToCloud$/, false],
  [/^environment\.LOCALMLX_FALLBACK_TO_OPENAI$/, false],
  [/^tools\.approvals\.\w+$/, 'deny'],
];

/** All readings of all layers. */
export class Readings {
  readonly #byPath = new Map<string, Reading[]>();

  constructor(readings: readonly Reading[]) {
    const ascending = readings.toSorted((left, right) => left.rank - right.rank || left.weight - right.weight);
    for (const reading of ascending) {
      const known = this.#byPath.get(reading.path);
      if (known === undefined) this.#byPath.set(reading.path, [reading]);
      else known.push(reading);
    }
  }

  /** Every reading of a setting, the strongest last. */
  all(path: string): readonly Reading[] {
    return this.#byPath.get(path) ?? [];
  }

  /** The reading that holds: the refusal where one is given, else the strongest. */
  effective(path: string): Reading | undefined {
    const readings = this.all(path);
    const refusal = REFUSALS.find(([pattern]) => pattern.test(path));
    const refused = refusal && readings.findLast((reading) => reading.value === refusal[1]);
    return refused ?? readings.at(-1);
  }

  /** The text that holds; undefined when none is set. */
  text(path: string): string | undefined {
    const value = this.effective(path)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  /** The number that holds; undefined when none is set. */
  number(path: string): number | undefined {
    const value = this.effective(path)?.value;
    return typeof value === 'number' ? value : undefined;
  }

  /** The switch that holds; undefined when none is set. */
  flag(path: string): boolean | undefined {
    const value = this.effective(path)?.value;
    return typeof value === 'boolean' ? value : undefined;
  }

  /** The list that holds; empty when none is set. */
  list(path: string): readonly string[] {
    const value = this.effective(path)?.value;
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** The readings that hold below a path, in the order of their first appearance. */
  below(path: string): readonly Reading[] {
    return [...this.#byPath.keys()]
      .filter((key) => key.startsWith(`${path}.`))
      .map((key) => this.effective(key))
      .filter((reading) => reading !== undefined);
  }

  /** Paths of all settings that any layer gives. */
  paths(): readonly string[] {
    return [...this.#byPath.keys()];
  }
}
