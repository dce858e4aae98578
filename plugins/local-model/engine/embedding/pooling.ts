/** States of a batch as the model gives them: `[texts, tokens, dimensions]`, row by row. */
interface HiddenStates {
  readonly data: Float32Array;
  readonly shape: readonly [number, number, number];
}

/**
 * One vector a text: the state of its first token (`cls`), or the mean of the states of its tokens without the padding.
 * `lengths` are the tokens of each text.
 */
export function pool(states: HiddenStates, lengths: readonly number[], pooling: 'mean' | 'cls'): Float32Array[] {
  const { data, shape } = states;
  const [, width, dimensions] = shape;
  return lengths.map((length, row) => {
    const start = row * width * dimensions;
    if (pooling === 'cls') return data.slice(start, start + dimensions);
    const vector = new Float32Array(dimensions);
    for (let token = 0; token < length; token += 1) {
      const offset = start + token * dimensions;
      for (let place = 0; place < dimensions; place += 1) vector[place]! += data[offset + place]!;
    }
    return vector.map((sum) => sum / Math.max(1, length));
  });
}

/** The vector made one long; a vector of zeros stays as it is, for the client to refuse. */
export function normalize(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
