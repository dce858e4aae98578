import { OURS_EMBEDDED, OURS_LLAMACPP } from './ours.ts';
import { RAW_SCHEMA } from './raw-schema.ts';
import { RAW_NATIVE, RAW_TEMPLATE } from './raw-tools.ts';
import type { Way } from './way.ts';

/** All ways of asking, in the order of the report. */
export const WAYS: readonly Way[] = [RAW_NATIVE, RAW_TEMPLATE, RAW_SCHEMA, OURS_EMBEDDED, OURS_LLAMACPP];
