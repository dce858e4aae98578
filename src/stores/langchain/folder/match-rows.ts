/** What the two files of a folder say of documents and vectors. */
interface FolderFacts {
  /** Ids of the documents, in order. */
  readonly ids: readonly string[];
  /** Row of the index to id. */
  readonly mapping: ReadonlyMap<number, string>;
  /** Vectors of the index. */
  readonly count: number;
  /** Length of each vector. */
  readonly norms: Float32Array;
}

/** Which vector belongs to which document, and what does not agree, one line each. */
interface RowMatch {
  readonly rows: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
}

/** How far from 1 the length of a normalised vector may be. */
const UNIT_TOLERANCE = 0.01;
/** Share of unit vectors from which a model is taken for one that normalises. */
const UNIT_SHARE = 0.5;

function isUnit(norm: number): boolean {
  return Math.abs(norm - 1) <= UNIT_TOLERANCE;
}

/**
 * The rows from which on the mapping cannot be trusted. FaissStore looks at the length of the first vector of a call only:
 * a later one of double length enters as two rows and shifts all that follow, and leaves a row without a document.
 */
function trustedRows({ mapping, count, norms }: FolderFacts): { readonly until: number; readonly fault?: string } {
  const isWhole = mapping.size === count && [...mapping.keys()].every((row) => row < count);
  if (isWhole) return { until: count };
  const units = norms.reduce((sum, norm) => sum + (isUnit(norm) ? 1 : 0), 0);
  if (units < UNIT_SHARE * count) {
    const fault = `the index has ${count} vectors for ${mapping.size} documents, and nothing tells which belong together: no vector is taken`;
    return { until: 0, fault };
  }
  const odd = norms.findIndex((norm) => !isUnit(norm));
  if (odd === -1) return { until: count };
  const fault = `vector ${odd} is not of length 1 and the index has ${count} vectors for ${mapping.size} documents: vectors from there on may belong to other documents and are not taken`;
  return { until: odd, fault };
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Takes the pairs of vector and document that agree and tells of the rest. */
export function matchRows(facts: FolderFacts): RowMatch {
  const { ids, mapping, count, norms } = facts;
  const { until, fault } = trustedRows(facts);
  const known = new Set(ids);
  const rows = new Map<string, number>();
  const lost = { unknown: 0, twice: 0, beyond: 0, empty: 0 };
  for (const [row, id] of [...mapping].sort(([left], [right]) => left - right)) {
    if (!known.has(id)) lost.unknown += 1;
    else if (row >= count) lost.beyond += 1;
    // The docstore refuses an id that it has, after the vector went in: the first is the one that was meant.
    else if (rows.has(id)) lost.twice += 1;
    else if (!(norms[row]! > 0) || norms[row] === Infinity) lost.empty += 1;
    else if (row < until) rows.set(id, row);
  }
  const unmapped = count - [...mapping.keys()].filter((row) => row < count).length;
  const without = ids.length - rows.size;
  return {
    rows,
    faults: [
      ...(fault === undefined ? [] : [fault]),
      ...(unmapped > 0 ? [`${plural(unmapped, 'vector has', 'vectors have')} no document: left out`] : []),
      ...(lost.unknown > 0
        ? [`${plural(lost.unknown, 'vector is', 'vectors are')} of documents that are not there: left out`]
        : []),
      ...(lost.twice > 0
        ? [`${plural(lost.twice, 'vector answers', 'vectors answer')} for a document that has another: left out`]
        : []),
      ...(lost.beyond > 0
        ? [`${plural(lost.beyond, 'document names a row', 'documents name rows')} beyond the index`]
        : []),
      ...(lost.empty > 0 ? [`${plural(lost.empty, 'vector is', 'vectors are')} zero or no number: left out`] : []),
      ...(without > 0 ? [`${plural(without, 'document has', 'documents have')} no vector: to be embedded anew`] : []),
    ],
  };
}
