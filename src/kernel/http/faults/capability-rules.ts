import { CapabilityError, ModelNotFoundError } from '../../../contracts/errors/provider-errors.ts';
import { sayFault, whereFault, type FaultRule } from './fault-report.ts';

/** The server's own word for what it cannot do. */
const NAMED =
  /does not support (?:these )?(?<what>chat|generate|thinking|tools|embeddings|vision|images?|multimodal|audio)/i;

/** Our word for it, where the server's differs. */
const OUR_WORDS: Readonly<Record<string, string>> = {
  generate: 'chat',
  thinking: 'reasoning',
  embeddings: 'embed',
  image: 'vision',
  images: 'vision',
  multimodal: 'vision',
};

/** Sentences that tell of a missing ability without naming it so: llama.cpp, vLLM, OpenAI, OpenRouter. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/multimodal data provided|image input is not supported|is not a multimodal model/i, 'vision'],
  [/image_url is only supported by certain models|no endpoints found that support image/i, 'vision'],
  [/context does not logits computation/i, 'chat'],
  [/enable-auto-tool-choice|tool-call-parser|requires --jinja|no endpoints found that support tool/i, 'tools'],
  [/(?:'|`)?tools(?:'|`)? (?:is|are) not supported/i, 'tools'],
  [/response_format.{0,80}not supported/i, 'json'],
];

/** The model or server cannot do it. */
export const incapable: FaultRule = (report, text) => {
  const named = NAMED.exec(text)?.groups?.what?.toLowerCase();
  const told = SENTENCES.find(([sentence]) => sentence.test(text))?.[1];
  if (named === undefined && told === undefined && report.status !== 501) return undefined;
  const capability = named === undefined ? (told ?? report.operation) : (OUR_WORDS[named] ?? named);
  return new CapabilityError(sayFault(report, 'use a model or server that can'), {
    ...whereFault(report),
    capability,
  });
};

/**
 * mlx_lm 0.32 answers `Not Found`, llama.cpp `File Not Found`, Ollama `404 page not found` to a path they do not have,
 * OpenAI `Invalid URL (...)`, Fiber (LocalAI) `Cannot POST ...`, a web server a page; LM Studio says it under 200.
 */
export const missingRoute: FaultRule = (report, text) => {
  const said = text.trim();
  const isRoute =
    report.status === 404 &&
    (/^(|an HTML page|(404 )?(page |file )?not found)$/i.test(said) ||
      /^(invalid url\b|cannot (get|post) \/)/i.test(said));
  const isEndpoint = /^unexpected endpoint or method/i.test(said);
  if (!isRoute && !isEndpoint && report.status !== 405) return undefined;
  const advice = `it has no such route for ${report.operation}; check the base URL and the kind of server`;
  return new CapabilityError(sayFault(report, advice), { ...whereFault(report), capability: report.operation });
};

/** The server does not have the model; said under 400, 404 and, by vendors, by a code. */
export const unknownModel: FaultRule = (report, text) => {
  const saysSo =
    /model\b.{0,200}\b(not found|does not exist|is not found)|no models? loaded|model is not loaded|^invalid model\b|is not a valid model id/is.test(
      text,
    ) || ['model_not_found', 'invalid_model'].some((name) => name === report.error.code || name === report.error.type);
  if (!saysSo && !(report.status === 404 && report.model !== undefined)) return undefined;
  const hint = report.pullHint ?? 'choose one of its models (`wooster models`)';
  const lead = report.isAnyFailure404 === true ? 'it could not load the model; ' : '';
  return new ModelNotFoundError(sayFault(report, lead + hint), whereFault(report));
};
