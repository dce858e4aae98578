import { HELD_OUT_DESK_CASES } from './held-out/desk.ts';
import { HELD_OUT_FILES_CASES } from './held-out/files.ts';
import { HELD_OUT_HOME_CASES } from './held-out/home.ts';
import { HELD_OUT_SHOP_CASES } from './held-out/shop.ts';
import type { OfferedTool, ToolCase, ToolSetName } from './tool-case.ts';
import { DESK } from './tool-sets/desk.ts';
import { FILES } from './tool-sets/files.ts';
import { HOME } from './tool-sets/home.ts';
import { SHOP } from './tool-sets/shop.ts';
import { DESK_CASES } from './tune/desk.ts';
import { FILES_CASES } from './tune/files.ts';
import { HOME_CASES } from './tune/home.ts';
import { SHOP_CASES } from './tune/shop.ts';

/** The tools of each set. */
export const TOOL_SETS: Readonly<Record<ToolSetName, readonly OfferedTool[]>> = {
  desk: DESK,
  home: HOME,
  shop: SHOP,
  files: FILES,
};

/** What instructions may be tuned on, and what they may not. */
export type Part = 'tune' | 'held-out';

/** All cases by part, those of one tool set together. */
export const CASES: Readonly<Record<Part, readonly ToolCase[]>> = {
  tune: [...DESK_CASES, ...HOME_CASES, ...SHOP_CASES, ...FILES_CASES],
  'held-out': [...HELD_OUT_DESK_CASES, ...HELD_OUT_HOME_CASES, ...HELD_OUT_SHOP_CASES, ...HELD_OUT_FILES_CASES],
};
