import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';
import { InputRejectedError } from '../../../contracts/errors/host-errors.ts';
import { outlineHtml } from '../html-outline.ts';

/** The title stands above the headings of the first level. */
const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  ...[1, 2, 3, 4, 5].flatMap((level) =>
    [`p.Heading${level}`, `p[style-name='heading ${level}']`, `p[style-name='Heading ${level}']`].map(
      (style) => `${style} => h${level + 1}:fresh`,
    ),
  ),
];

/** A Word document by its styles: headings, lists, tables; pictures are left out. */
export async function loadDocx({ content }: LoaderInput): Promise<readonly LoadedPart[]> {
  refuseOtherKinds(content);
  const { default: mammoth } = await import('mammoth');
  const { parseHTML } = await import('linkedom');
  const noPicture = mammoth.images.imgElement(() => Promise.resolve({ src: '' }));
  const { value } = await mammoth
    .convertToHtml({ buffer: Buffer.from(content) }, { convertImage: noPicture, styleMap: STYLES })
    .catch((error: unknown): never => {
      throw new InputRejectedError(`this Word document is damaged: ${(error as Error).message}`, { cause: error });
    });
  const { document } = parseHTML(`<!doctype html><html><body>${value}</body></html>`);
  return outlineHtml(document.body);
}

function refuseOtherKinds(content: Uint8Array): void {
  const [first, second] = content;
  if (first === 0x50 && second === 0x4b) return;
  if (first === 0xd0 && second === 0xcf) {
    throw new InputRejectedError('this Word document is locked or in the form before 2007; save it anew as .docx');
  }
  throw new InputRejectedError('this is no Word document, only named like one');
}
