import { createHash } from 'node:crypto';
import type { EmbeddingRole } from '../../contracts/models/embedding-model.ts';

const ROLES: readonly EmbeddingRole[] = ['query', 'document'];

function keyOf(text: string, role: EmbeddingRole): string {
  return createHash('sha256').update(`${role}\n${text}`).digest('base64');
}

/** Vectors of one space by the hash of text and role; the longest unused go first. Holds no text. */
export class VectorCache {
  readonly #vectors = new Map<string, Float32Array>();
  readonly #capacity: number;

  /** `capacity` vectors at most. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** A copy, so that no caller can change what the next one gets. */
  get(text: string, role: EmbeddingRole): Float32Array | undefined {
    const key = keyOf(text, role);
    const vector = this.#vectors.get(key);
    if (vector === undefined) return undefined;
    this.#vectors.delete(key);
    this.#vectors.set(key, vector);
    return vector.slice();
  }

  put(text: string, role: EmbeddingRole, vector: Float32Array): void {
    const key = keyOf(text, role);
    this.#vectors.delete(key);
    this.#vectors.set(key, vector.slice());
    const [oldest] = this.#vectors.keys();
    if (this.#vectors.size > this.#capacity && oldest !== undefined) this.#vectors.delete(oldest);
  }

  forget(text: string): void {
    for (const role of ROLES) this.#vectors.delete(keyOf(text, role));
  }
}
