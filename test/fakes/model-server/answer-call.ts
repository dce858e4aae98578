import type { Dialect } from './dialects/dialect.ts';
import { dialects } from './dialects/all-dialects.ts';
import { replacedReply } from './faults/whole-reply.ts';
import { spoilTransport } from './faults/transport.ts';
import type { Call } from './http/call.ts';
import { replyText, type Reply } from './http/reply.ts';
import { readRecording, recordedReply } from './recordings.ts';
import { pathFits } from './rules.ts';
import { carriedKey, type World } from './world.ts';

/** The reply to one request, with every fault in force done to it. */
export function answerCall(call: Call, world: World, replay: string | undefined): Reply {
  const dialect = dialects[world.options.dialect];
  const good = goodReply(call, world, { dialect, replay });
  const setting = {
    inBandForm: dialect.inBandForm(call),
    errorBody: (message: string) => replyText(dialect.failure(call, 500, message)),
    loadingBlocks: dialect.loading === 'blocks',
  };
  const spoiled = world.faults.reduce((reply, fault) => spoilTransport(reply, fault, setting), good);
  const framed: Reply = { ...spoiled, isOldHttp: dialect.isOldHttp === true };
  if (call.method !== 'HEAD') return framed;
  return { ...framed, steps: framed.steps.filter((step) => step.kind !== 'send') };
}

function goodReply(call: Call, world: World, by: { dialect: Dialect; replay: string | undefined }): Reply {
  for (const fault of world.faults) {
    const replaced = replacedReply(fault, call, by.dialect);
    if (replaced !== undefined) return replaced;
  }
  if (by.replay !== undefined) return recordedReply(readRecording(by.replay));
  const recording = (world.options.replay ?? [])
    .map((name) => readRecording(name))
    .find((each) => each.method === call.method && each.path === call.path);
  return recording === undefined ? dialectReply(call, world, by.dialect) : recordedReply(recording);
}

function dialectReply(call: Call, world: World, dialect: Dialect): Reply {
  const guarded = dialect.guard?.(call, world);
  if (guarded !== undefined) return guarded;
  const isPublic = dialect.publicPaths.some((pattern) => pathFits(call.path, pattern));
  const { key } = world.options;
  if (key !== undefined && !isPublic && carriedKey(call) !== key) return dialect.unauthorized(call);
  const method = call.method === 'HEAD' ? 'GET' : call.method;
  const route =
    dialect.routes[`${method} ${call.path}`] ??
    Object.entries(dialect.routes).find(
      ([place]) => place.endsWith('*') && pathFits(`${method} ${call.path}`, place),
    )?.[1];
  if (route === undefined) return dialect.notFound(call);
  return method === 'POST' && call.isBadJson ? dialect.badJson(call) : route(call, world);
}
