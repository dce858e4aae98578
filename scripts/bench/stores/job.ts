import type { Measured } from './measure.ts';

/** What one process of the bench does; it prints its result as one line of JSON. */
export type Job =
  | { readonly kind: 'prepare-store'; readonly size: Size }
  | { readonly kind: 'prepare-index'; readonly driver: string; readonly size: Size }
  | { readonly kind: 'prepare-langchain'; readonly size: Size }
  | { readonly kind: 'search'; readonly contestant: Contestant; readonly size: Size }
  | {
      readonly kind: 'ingest';
      readonly folder: string;
      readonly home: string;
      readonly embedder: 'embedded' | 'stored';
    };

/** One size of the bench. */
export interface Size {
  /** Where its stores lie. */
  readonly folder: string;
  readonly rows: number;
  readonly dimensions: number;
  readonly searches: number;
  readonly k: number;
}

/** Who is measured. */
export type Contestant = 'store-exact' | 'store-faiss' | 'index-exact' | 'index-faiss' | 'langchain-faiss';

/** What an ingest took beside the embedder alone on the same texts. */
export interface IngestMeasured {
  readonly embedder: string;
  readonly files: number;
  readonly texts: number;
  readonly pipelineSeconds: number;
  readonly aloneSeconds: number;
}

/** The line that a process of the bench prints. */
export type JobResult =
  | { readonly kind: 'done'; readonly seconds: number }
  | { readonly kind: 'searched'; readonly measured: Measured }
  | { readonly kind: 'ingested'; readonly measured: IngestMeasured }
  | { readonly kind: 'not-run'; readonly reason: string };
