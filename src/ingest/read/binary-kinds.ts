/** Endings of files that hold no text; they are left out without being opened. */
const BINARY_ENDINGS: ReadonlySet<string> = new Set(
  (
    'png jpg jpeg gif bmp ico icns webp avif heic tif tiff psd ai eps xcf raw cr2 nef mp3 m4a aac ogg opus flac wav mid ' +
    'mp4 m4v mov avi mkv webm wmv flv zip gz tgz bz2 xz zst 7z rar tar jar war whl deb rpm dmg iso img bin exe dll so ' +
    'dylib a o obj lib class pyc pyo wasm node ttf otf woff woff2 eot sqlite sqlite3 db mdb parquet arrow feather avro ' +
    'npy npz pkl pt pth onnx gguf safetensors h5 hdf5 faiss doc xls ppt xlsx pptx odt ods odp epub mobi pages numbers'
  ).split(' '),
);

/** Whether a file is known by its name to hold no text. */
export function isBinaryName(path: string): boolean {
  return BINARY_ENDINGS.has(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}
