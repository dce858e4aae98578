const SAMPLE_BYTES = 65_536;
/** So much of the bytes may be wrong in what is still read as UTF-8: a cut or damaged file, not another encoding. */
const DAMAGE_ALLOWED = 0.001;

/** An encoding by its byte order mark. */
function markOf(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return undefined;
}

/** UTF-16 without a mark: in most scripts every second byte is often zero, and only every second one. */
function bareUtf16Of(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (sample.length < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < sample.length; at += 1) {
    if (sample[at] === 0) {
      if (at % 2 === 0) even += 1;
      else odd += 1;
    }
  }
  const half = sample.length / 2;
  if (odd > half * 0.3 && even <= half * 0.001) return 'utf-16le';
  return even > half * 0.3 && odd <= half * 0.001 ? 'utf-16be' : undefined;
}

/** Whether bytes are no text: they hold a zero byte and are no UTF-16. */
export function isBinaryContent(bytes: Uint8Array): boolean {
  if (markOf(bytes) !== undefined) return false;
  return bytes.subarray(0, SAMPLE_BYTES).includes(0) && bareUtf16Of(bytes) === undefined;
}

/** What a document says of its own encoding: HTML, XML, Python, Emacs and Vim each have a line for it. */
const DECLARATION = /(?:charset\s*=|encoding\s*=|coding\s*[:=])\s*["']?([\w.:-]+)/i;

async function guess(bytes: Uint8Array): Promise<string> {
  const declared = DECLARATION.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 1024)))?.[1]?.toLowerCase();
  if (declared !== undefined && declared !== 'utf-8' && declared !== 'utf8') return declared;
  const { detect } = await import('chardet');
  const found = detect(bytes.subarray(0, SAMPLE_BYTES));
  // Windows-1252 is ISO-8859-1 with more signs, and is what a file without any other sign is.
  if (found === null || found === 'ISO-8859-1' || found === 'ASCII') return 'windows-1252';
  return found;
}

/**
 * The text of bytes in their encoding: by a byte order mark, else UTF-8, else UTF-16 by its zeros, else as detected.
 * Never fails: what is not in the encoding becomes U+FFFD. Line ends become `\n`.
 */
export async function decodeText(bytes: Uint8Array): Promise<string> {
  return (await decode(bytes)).replace(/\r\n?/g, '\n');
}

async function decode(bytes: Uint8Array): Promise<string> {
  const marked = markOf(bytes) ?? bareUtf16Of(bytes);
  if (marked !== undefined) return new TextDecoder(marked).decode(bytes);
  const text = new TextDecoder('utf-8').decode(bytes);
  const wrong = text.split('\uFFFD').length - 1;
  if (wrong === 0) return text;
  const foreign = bytes.reduce((sum, byte) => sum + (byte > 0x7f ? 1 : 0), 0);
  if (wrong <= bytes.length * DAMAGE_ALLOWED && wrong < foreign / 4) return text;
  const encoding = await guess(bytes);
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    // An encoding that the runtime does not know: UTF-8 with its faults says more than a refusal.
    return text;
  }
}
