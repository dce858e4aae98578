import { CapabilityError, InputRejectedError } from 'wooster';
import type { TurnPart } from '../client/chat-request.ts';

type Block = Readonly<Record<string, unknown>>;

const DATA_URL = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)$/;

/** First bytes of an image in base64, for blocks that leave the type out. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

function fromUrl(url: unknown): TurnPart {
  const match = typeof url === 'string' ? DATA_URL.exec(url.trim()) : null;
  if (match === null) {
    // A cloud further down the chain may take the address; a server of this machine is sent nowhere.
    throw new CapabilityError('an image that is only an address: give it itself, as a base64 data URL', {
      capability: 'image-address',
    });
  }
  return { kind: 'image', mediaType: match[1]!, base64: match[2]!.replace(/\s/g, '') };
}

function fromData(data: unknown, mediaType: unknown): TurnPart {
  const base64 = data instanceof Uint8Array ? Buffer.from(data).toString('base64') : data;
  if (typeof base64 !== 'string' || base64 === '') {
    throw new InputRejectedError('an image block holds neither data nor a data URL');
  }
  if (base64.startsWith('data:')) return fromUrl(base64);
  const guessed = SIGNATURES.find(([start]) => base64.startsWith(start))?.[1];
  return { kind: 'image', mediaType: typeof mediaType === 'string' ? mediaType : (guessed ?? 'image/png'), base64 };
}

/**
 * Reads an image in each form LangChain knows: `image_url` (text or object), the standard block (`data` + `mimeType`, or
 * `url`), the older data block (`source_type`) and a `source` object. CapabilityError when it is only an address.
 */
export function readImageBlock(block: Block): TurnPart {
  if (block.type === 'image_url') {
    const holder = block.image_url;
    return fromUrl(typeof holder === 'string' ? holder : (holder as Block | undefined)?.url);
  }
  const source = block.source as Block | undefined;
  if (source !== undefined)
    return source.url === undefined ? fromData(source.data, source.media_type) : fromUrl(source.url);
  if (block.url !== undefined) return fromUrl(block.url);
  return fromData(block.data, block.mimeType ?? block.mime_type);
}
