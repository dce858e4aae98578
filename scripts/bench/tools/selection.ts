import { UsageError } from '../../../src/index.ts';
import { CASES, type Part } from './cases/all-cases.ts';
import type { ToolCase } from './cases/tool-case.ts';
import { MODELS, type BenchModel } from './models.ts';
import { WAYS } from './ways/all-ways.ts';
import type { Way } from './ways/way.ts';

/** Says that nothing is to be measured: the report is written from what is kept. */
const REPORT_ONLY = 'report';
/** Says that what is kept already is not measured again. */
const MISSING_ONLY = 'missing';

/** A case and the part it belongs to. */
export interface SelectedCase {
  readonly part: Part;
  readonly asked: ToolCase;
}

/** What one run measures. */
export interface Selection {
  readonly models: readonly BenchModel[];
  readonly ways: readonly Way[];
  readonly cases: readonly SelectedCase[];
  /** Leaves out what is kept already. */
  readonly isMissingOnly: boolean;
}

const ALL_CASES: readonly SelectedCase[] = (['tune', 'held-out'] as const).flatMap((part) =>
  CASES[part].map((asked) => ({ part, asked })),
);

/** What each text may name, in the order in which it is looked for; the first kind with a hit is meant. */
const KINDS = [
  { kind: 'models', names: MODELS.map(({ id }) => id) },
  { kind: 'ways', names: WAYS.map(({ id }) => id) },
  { kind: 'parts', names: Object.keys(CASES) },
  { kind: 'cases', names: ALL_CASES.flatMap(({ asked }) => [asked.id, asked.category]) },
] as const;

function isWanted(texts: readonly string[], ...names: readonly string[]): boolean {
  return texts.length === 0 || texts.some((text) => names.some((name) => name.includes(text)));
}

/**
 * Narrows a run by texts that are contained in the id of a model, of a way, in a part, or in the id or category of a
 * case: texts of one kind add up, kinds narrow each other. Throws for a text that names nothing.
 */
export function select(only: readonly string[]): Selection {
  const wanted: Record<(typeof KINDS)[number]['kind'], string[]> = { models: [], ways: [], parts: [], cases: [] };
  if (only.includes(REPORT_ONLY)) return { models: [], ways: [], cases: [], isMissingOnly: false };
  const isMissingOnly = only.includes(MISSING_ONLY);
  for (const text of only.filter((each) => each !== MISSING_ONLY).map((each) => each.toLowerCase())) {
    const found = KINDS.find(({ names }) => names.some((name) => name.includes(text)));
    if (found === undefined) {
      const ways = WAYS.map(({ id }) => id).join(', ');
      throw new UsageError(
        `--only ${text} names nothing: say a model (${MODELS.map(({ id }) => id).join(', ')}), a way (${ways}), tune, held-out, a case, a category, ${MISSING_ONLY} or ${REPORT_ONLY}`,
      );
    }
    wanted[found.kind].push(text);
  }
  return {
    models: MODELS.filter(({ id }) => isWanted(wanted.models, id)),
    ways: WAYS.filter(({ id }) => isWanted(wanted.ways, id)),
    cases: ALL_CASES.filter(
      ({ part, asked }) => isWanted(wanted.parts, part) && isWanted(wanted.cases, asked.id, asked.category),
    ),
    isMissingOnly,
  };
}
