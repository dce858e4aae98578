import type { ModelQuality } from 'wooster';

/** Tests whose figures the catalogue has. */
export type Benchmark = keyof typeof LEAST;

/**
 * Least figures, percent, for `SOTA`, `best` and `better`; what is below is `good`. The rule is ours; a model is graded by
 * the first of these tests for which its publisher, or the named harness, gives a figure of the build that answers chats.
 */
const LEAST = {
  'MMLU-Pro': [70, 55, 40],
  MMLU: [85, 75, 60],
  'MMLU-Redux': [85, 75, 60],
  'GPQA Diamond': [65, 45, 30],
} as const;

/** The grade that a figure of a test gives. */
export function gradeOf(benchmark: Benchmark, percent: number): ModelQuality {
  const [sota, best, better] = LEAST[benchmark];
  if (percent >= sota) return 'SOTA';
  if (percent >= best) return 'best';
  return percent >= better ? 'better' : 'good';
}
