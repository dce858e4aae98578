import type { EnvironmentName } from './environment-name.ts';

/** Names of the servers and models of the user's own machine. Of two names for one setting the earlier row wins. */
export const LOCAL_NAMES: readonly EnvironmentName[] = [
  {
    name: 'LOCALMLX_SERVER_URL',
    form: 'text',
    path: 'providers.local.baseUrl',
    meaning: 'Address of the local server.',
  },
  {
    name: 'LOCALMLX_DEFAULT_MODEL',
    form: 'text',
    path: 'providers.local.model',
    meaning: 'Model of the local server.',
  },
  { name: 'LOCALMLX_MAX_TOKENS', form: 'number', path: 'generation.maxTokens', meaning: 'Longest answer, tokens.' },
  { name: 'LOCALMLX_TEMPERATURE', form: 'number', path: 'generation.temperature', meaning: 'Randomness of answers.' },
  {
    name: 'LOCALMLX_STREAM_RESPONSES',
    form: 'boolean',
    path: 'generation.streaming',
    meaning: 'Whether answers are shown as they are written.',
  },
  {
    name: 'OLLAMA_ENDPOINT',
    form: 'text',
    path: 'providers.ollama.baseUrl',
    meaning: 'Address of Ollama; wins over `OLLAMA_HOST`, which may be the address its server listens on.',
  },
  {
    name: 'OLLAMA_HOST',
    form: 'text',
    path: 'providers.ollama.baseUrl',
    meaning: 'Address of Ollama: `host`, `host:port` or a URL; `0.0.0.0` is read as `127.0.0.1`, the port is 11434.',
  },
  { name: 'OLLAMA_MODEL', form: 'text', path: 'providers.ollama.model', meaning: 'Model of Ollama.' },
  { name: 'LOCALAI_BASE_URL', form: 'text', path: 'providers.localai.baseUrl', meaning: 'Address of LocalAI.' },
  {
    name: 'LOCALAI_API_KEY',
    form: 'text',
    path: 'providers.localai.apiKey',
    isSecret: true,
    meaning: 'Key of LocalAI.',
  },
  {
    name: 'LOCAL_LLM_ENABLED',
    form: 'boolean',
    path: 'embedded.enabled',
    meaning: 'Whether models run inside Wooster.',
  },
  {
    name: 'LOCAL_MODEL_NAME',
    form: 'text',
    path: 'embedded.model',
    meaning: 'Model that runs inside Wooster: an id, a path, or `owner/name` of ONNX files on the model hub.',
  },
  {
    name: 'MODEL_CACHE_DIR',
    form: 'text',
    path: 'embedded.modelsDirectory',
    meaning: 'Folder of the weights; wins over `LOCALMLX_MODELS_DIR`.',
  },
  { name: 'LOCALMLX_MODELS_DIR', form: 'text', path: 'embedded.modelsDirectory', meaning: 'Folder of the weights.' },
  {
    name: 'LOCALMLX_AUTO_DOWNLOAD',
    form: 'boolean',
    path: 'embedded.autoDownload',
    meaning: 'Whether missing weights are fetched.',
  },
  {
    name: 'LOCALMLX_ENABLE_CACHE',
    form: 'boolean',
    path: 'cache.enabled',
    meaning: 'Whether answers are kept for equal calls.',
  },
  {
    name: 'LOCALMLX_AUTO_START_SERVER',
    form: 'boolean',
    path: 'providers.local.autoStart',
    meaning: 'Whether the local server is started when it does not run.',
  },
  {
    name: 'LOCALMLX_PRELOAD_MODELS',
    form: 'boolean',
    path: 'lifecycle.preloadModels',
    meaning: 'Whether the model that would answer is loaded when a conversation begins.',
  },
  {
    name: 'LOCALMLX_OFFLOAD_INACTIVE',
    form: 'boolean',
    path: 'lifecycle.offloadInactive',
    meaning: 'Whether models that nobody uses are unloaded.',
  },
  {
    name: 'LOCALMLX_QUANTIZATION',
    form: 'text',
    path: 'lifecycle.quantization',
    meaning: 'Form of the weights that is asked for when a model is fetched.',
  },
  {
    name: 'EMBEDDING_SERVER_PORT',
    form: 'number',
    path: 'embeddings.port',
    meaning: 'Port of the embedding server; replaces the port of its address.',
  },
  {
    name: 'LOCAL_EMBEDDING_MODELS_DIR',
    form: 'text',
    path: 'embeddings.modelsDirectory',
    meaning: 'Folder of the embedding models.',
  },
];
