import { style, wrapText, type FindingState, type RenderContext } from 'wooster';

/** A finding as `doctor` tells it. */
interface ShownFinding {
  readonly title: string;
  readonly state: FindingState;
  readonly summary: string;
  readonly remedy?: string;
  readonly canFix: boolean;
}

/** What is drawn. */
interface ShownResult {
  readonly findings: readonly ShownFinding[];
  readonly fixes?: readonly { readonly title: string; readonly isDone: boolean; readonly text: string }[];
}

const MARKS = {
  ok: ['✓', 'green'],
  info: ['·', 'cyan'],
  warning: ['!', 'yellow'],
  fault: ['✗', 'red'],
} as const;

/** Mark and the spaces around it. */
const MARK_WIDTH = 2;
const GAP = 2;

/** A text behind an indentation that its first line does not get. */
function hang(text: string, indent: number, width: number): string {
  return wrapText(text, Math.max(20, width - indent)).replaceAll('\n', `\n${' '.repeat(indent)}`);
}

function drawFinding(
  finding: ShownFinding,
  isFirst: boolean,
  context: RenderContext & { readonly titles: number },
): string {
  const { title, state, summary, remedy, canFix } = finding;
  const { hasColor, width, titles } = context;
  const [mark, color] = MARKS[state];
  const indent = MARK_WIDTH + titles + GAP;
  const name = (isFirst ? title : '').padEnd(titles + GAP);
  const lines = [`${style(mark, color, hasColor)} ${name}${hang(summary, indent, width)}`];
  if (remedy !== undefined && state !== 'ok') {
    const also = canFix ? `${remedy} (--fix does it)` : remedy;
    const text = `→ ${hang(also, indent + 2, width)}`;
    lines.push(' '.repeat(indent) + (state === 'info' ? style(text, 'dim', hasColor) : text));
  }
  return lines.join('\n');
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** The last line: what was found in numbers, and what to do next. */
function sumUp({ findings, fixes }: ShownResult): {
  readonly text: string;
  readonly color: 'green' | 'yellow' | 'red';
} {
  const of = (state: FindingState): number => findings.filter((each) => each.state === state).length;
  const [faults, warnings] = [of('fault'), of('warning')];
  const open = findings.filter(({ canFix, state }) => canFix && state !== 'ok').length;
  const failed = (fixes ?? []).filter(({ isDone }) => !isDone).length;
  const fixable = open === 0 ? '' : ` "wooster doctor --fix" can mend ${open === 1 ? 'one' : open} of these.`;
  const next = failed === 0 ? fixable : ` ${counted(failed, 'thing')} could not be mended: see above.`;
  if (faults > 0) return { text: `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}.${next}`, color: 'red' };
  if (warnings > 0) return { text: `No fault, ${counted(warnings, 'warning')}.${next}`, color: 'yellow' };
  return { text: `All is well.${next}`, color: 'green' };
}

/** Findings in groups of their check, with what to do below each, and one line that sums up. */
export function renderDoctor(result: ShownResult, context: RenderContext): string {
  const titles = Math.max(...result.findings.map(({ title }) => title.length));
  const rows = result.findings.map((finding, index) =>
    drawFinding(finding, result.findings[index - 1]?.title !== finding.title, { ...context, titles }),
  );
  const { text, color } = sumUp(result);
  return [...rows, '', style(wrapText(text, context.width), color, context.hasColor)].join('\n');
}
