import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';
import { CancelledError, InputRejectedError } from '../../../contracts/errors/host-errors.ts';
import { pdfLines, type PdfLine, type PdfTextItem } from '../pdf-lines.ts';
import { Outline } from '../outline.ts';

/** A line this much taller than the body is a heading, if it is short. */
const HEADING_RATIO = 1.15;
const MAX_HEADING = 120;

/** Pages of a PDF, with headings by the size of their letters. InputRejectedError when it is locked, scanned or no PDF. */
export async function loadPdf({ content, signal }: LoaderInput): Promise<readonly LoadedPart[]> {
  refuseOtherKinds(content);
  const { getDocumentProxy } = await import('unpdf');
  // The library takes the bytes over.
  const document = await getDocumentProxy(content.slice(), { verbosity: 0 }).catch((error: unknown): never => {
    throw new InputRejectedError(describe(error), { cause: error });
  });
  try {
    const pages: PdfLine[][] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      if (signal.aborted) throw new CancelledError();
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      pages.push(pdfLines(items.filter((item): item is PdfTextItem & typeof item => 'str' in item)));
      page.cleanup();
    }
    if (pages.every((lines) => lines.length === 0)) {
      throw new InputRejectedError(
        `this PDF has no text on its ${pages.length} pages; it may be scanned: run a text recognition such as ocrmypdf on it`,
      );
    }
    return outlinePages(pages);
  } finally {
    await document.cleanup();
  }
}

function refuseOtherKinds(content: Uint8Array): void {
  const head = new TextDecoder('latin1').decode(content.subarray(0, 1024));
  if (head.includes('%PDF-')) return;
  const kind = head.startsWith('PK\u0003\u0004') ? 'a zip archive' : 'something else';
  throw new InputRejectedError(`this is no PDF but ${kind} under the name of one`);
}

function describe(error: unknown): string {
  const { name, message } = error as Error;
  if (name === 'PasswordException') return 'this PDF is locked with a password; save a copy without one';
  return `this PDF is damaged: ${message}`;
}

function outlinePages(pages: readonly (readonly PdfLine[])[]): readonly LoadedPart[] {
  const levels = headingLevels(pages.flat());
  const outline = new Outline();
  for (const [at, lines] of pages.entries()) {
    outline.page(at + 1);
    for (const line of lines) {
      const level = line.text.length <= MAX_HEADING ? levels.get(line.height) : undefined;
      if (level !== undefined && /\p{L}/u.test(line.text)) outline.heading(level, line.text);
      else {
        if (line.isAfterGap) outline.line('');
        outline.line(line.text);
      }
    }
  }
  return outline.end();
}

/** Sizes above that of most letters, the largest first. */
function headingLevels(lines: readonly PdfLine[]): ReadonlyMap<number, number> {
  const weights = new Map<number, number>();
  for (const { height, text } of lines) weights.set(height, (weights.get(height) ?? 0) + text.length);
  const body = [...weights].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [0, 0])[0];
  const sizes = [...weights.keys()].filter((height) => height > body * HEADING_RATIO).sort((one, other) => other - one);
  return new Map(sizes.map((height, at) => [height, Math.min(at + 1, 6)]));
}
