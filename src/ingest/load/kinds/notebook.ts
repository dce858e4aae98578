import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';
import { InputRejectedError } from '../../../contracts/errors/host-errors.ts';
import { addMarkdown } from '../markdown-outline.ts';
import { Outline } from '../outline.ts';

/** Characters of an output that are kept: the result, not the log of a training. */
const MAX_OUTPUT = 1000;

/** A cell in the forms of nbformat 3 and 4. */
interface Cell {
  readonly cell_type?: string;
  readonly level?: number;
  readonly source?: unknown;
  readonly input?: unknown;
  readonly outputs?: readonly CellOutput[];
}

interface CellOutput {
  readonly text?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ename?: string;
  readonly evalue?: string;
}

interface Notebook {
  readonly cells?: readonly Cell[];
  readonly worksheets?: readonly { readonly cells?: readonly Cell[] }[];
  readonly metadata?: {
    readonly language_info?: { readonly name?: string };
    readonly kernelspec?: { readonly language?: string };
  };
}

/** The cells of a notebook below the headings of its texts; of outputs the first lines of text, no pictures. */
export function loadNotebook(input: LoaderInput): readonly LoadedPart[] {
  const notebook = parse(input.text());
  const { language_info: info, kernelspec } = notebook.metadata ?? {};
  const language = info?.name ?? kernelspec?.language ?? 'python';
  const cells = notebook.cells ?? (notebook.worksheets ?? []).flatMap((sheet) => sheet.cells ?? []);
  const outline = new Outline();
  for (const cell of cells) addCell(outline, cell, language);
  return outline.end();
}

function parse(text: string): Notebook {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && ('cells' in value || 'worksheets' in value)) {
      return value as Notebook;
    }
  } catch (error) {
    throw new InputRejectedError(`this notebook is damaged: ${(error as Error).message}`, { cause: error });
  }
  throw new InputRejectedError('this is no notebook: it has no cells');
}

function addCell(outline: Outline, cell: Cell, language: string): void {
  const source = textOf(cell.source ?? cell.input);
  if (cell.cell_type === 'heading') outline.heading(cell.level ?? 1, source);
  else if (cell.cell_type === 'code') {
    const output = (cell.outputs ?? []).map(describeOutput).filter((text) => text !== '');
    const shown = output.length === 0 ? '' : `\n\nOutput: ${shorten(output.join('\n'))}`;
    outline.code(source + shown, language);
  } else {
    addMarkdown(outline, source);
    outline.line('');
  }
}

function describeOutput({ text, data, ename, evalue }: CellOutput): string {
  if (ename !== undefined) return `${ename}: ${evalue ?? ''}`;
  return textOf(text ?? data?.['text/markdown'] ?? data?.['text/plain']).trim();
}

function shorten(text: string): string {
  return text.length > MAX_OUTPUT ? `${text.slice(0, MAX_OUTPUT)}…` : text;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join('');
  return typeof value === 'string' ? value : '';
}
