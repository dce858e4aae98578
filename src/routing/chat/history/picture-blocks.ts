import { asBlock, textOr, type Block } from './content-block.ts';

/** First characters of pictures in base64, for blocks that leave the type out. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

/** True for a picture in any vendor's form. */
export function isPicture({ type }: Block): boolean {
  return type === 'image_url' || type === 'image' || type === 'input_image';
}

function dataUrl(data: unknown, mediaType: unknown): string | undefined {
  const base64 = data instanceof Uint8Array ? Buffer.from(data).toString('base64') : textOr(data);
  if (base64 === '' || base64.startsWith('data:')) return base64 === '' ? undefined : base64;
  const guessed = SIGNATURES.find(([start]) => base64.startsWith(start))?.[1] ?? 'image/png';
  return `data:${textOr(mediaType) || guessed};base64,${base64}`;
}

function addressOf(block: Block): string | undefined {
  if (block.type === 'image_url' || block.type === 'input_image') {
    return textOr(asBlock(block.image_url)?.url ?? block.image_url) || undefined;
  }
  const source = asBlock(block.source) ?? block;
  return textOr(source.url) || dataUrl(source.data, source.media_type ?? source.mimeType ?? source.mime_type);
}

/**
 * A picture as `image_url` with an object, the form that our local dialects and OpenAI's package read alike: from
 * `image_url` with a text, LangChain's standard and older blocks, Anthropic's `source` and OpenAI's `input_image`.
 * A picture that is only a vendor's file id stays as it is, for that vendor to take and others to refuse by name.
 */
export function toImageUrl(block: Block): Block {
  const holder = asBlock(block.image_url);
  if (block.type === 'image_url' && typeof holder?.url === 'string') return block;
  const url = addressOf(block);
  if (url === undefined) return block;
  const detail = textOr(block.detail ?? asBlock(block.metadata)?.detail);
  return { type: 'image_url', image_url: detail === '' ? { url } : { url, detail } };
}
