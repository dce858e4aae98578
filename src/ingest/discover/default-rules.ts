/**
 * Rules in the form of `.gitignore` that hold before any rule of the folder: what no tool of a person reads as a
 * document, and what holds secrets. `!node_modules` in a `.gitignore` or `.woosterignore` takes one back.
 */
export const DEFAULT_RULES: readonly string[] = [
  'node_modules/',
  '.pnpm-store/',
  '.venv/',
  '__pycache__/',
  '.mypy_cache/',
  '.pytest_cache/',
  '.ipynb_checkpoints/',
  '.idea/',
  '.wooster/',
  'vectorStore/',
  'vector_data/',
  '.DS_Store',
  'Thumbs.db',
  'desktop.ini',
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  '*.min.js',
  '*.min.css',
  '*.map',
  '*~',
  '~$*',
  '.env',
  '.env.*',
  '!.env.example',
  '.netrc',
  '.npmrc',
  '.pgpass',
  '.ssh/',
  '.gnupg/',
  '.aws/',
  'id_rsa',
  'id_ecdsa',
  'id_ed25519',
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.kdbx',
];

/** Folders of version control, which no rule takes back. */
export const NEVER_READ: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', '.jj']);
