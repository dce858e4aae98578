import { createHash } from 'node:crypto';
import type { EmbeddingIdentity } from '../../contracts/models/embedding-model.ts';

/** Domain of the ids, so that no other hash of the same text is one of them. */
const DOMAIN = 'wooster embedding space 1';

/**
 * The identity of a space as one text, its fields in the one order that is hashed. Two records are of one space exactly
 * where these are equal: names are for people and no part of it.
 */
export function identityOf(identity: EmbeddingIdentity): string {
  const { weights, dimensions, pooling, isNormalized, queryPrefix, documentPrefix, quantization } = identity;
  return JSON.stringify([weights, dimensions, pooling, isNormalized, queryPrefix, documentPrefix, quantization]);
}

/**
 * The id of a space: a UUID of version 8 (RFC 9562 §5.8, free content) over the SHA-256 of its identity. The same
 * identity has the same id in every workspace, and a lost state.db changes none.
 */
export function spaceIdOf(identity: EmbeddingIdentity): string {
  const bytes = createHash('sha256')
    .update(`${DOMAIN}\n${identityOf(identity)}`)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
