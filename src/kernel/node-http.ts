/**
 * The HTTP modules of Node 24 without their ESM facade: an `import` evaluates every export, and the getter of `WebSocket`
 * loads all of undici, which costs 60 ms before the first line of any command.
 */
export const http = process.getBuiltinModule('node:http');

/** The same for TLS. */
export const https = process.getBuiltinModule('node:https');
