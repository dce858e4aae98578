"""Writes an MLX model folder from a Llama-family GGUF file.

    python mlx-from-gguf.py MODEL.gguf FOLDER

mlx_lm.server reads folders (config, tokenizer, safetensors), not GGUF files. Only unsplit files whose tensors are
Q4_0, Q4_1, Q8_0, F16 or F32 keep their quantisation; MLX widens the rest to float16.
"""

import json
import re
import sys
from pathlib import Path

import mlx.core as mx
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
TOP_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
CONTROL_TOKEN = 3


def mlx_name(gguf_name):
    layer = re.fullmatch(r"blk\.(\d+)\.(\w+)\.(\w+)", gguf_name)
    if layer:
        number, part, kind = layer.groups()
        return f"model.layers.{number}.{LAYER_NAMES[part]}.{kind}"
    part, kind = gguf_name.split(".")
    return f"{TOP_NAMES[part]}.{kind}"


def number(metadata, key):
    return metadata[key].item()


def bits_of(weights, width):
    """Bits per weight, from the first packed tensor; the packing is uint32."""
    packed = weights["model.layers.0.self_attn.q_proj.weight"]
    return packed.shape[-1] * 32 // width


def write_config(folder, metadata, weights):
    width = number(metadata, "llama.embedding_length")
    config = {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "hidden_size": width,
        "num_hidden_layers": number(metadata, "llama.block_count"),
        "intermediate_size": number(metadata, "llama.feed_forward_length"),
        "num_attention_heads": number(metadata, "llama.attention.head_count"),
        "num_key_value_heads": number(metadata, "llama.attention.head_count_kv"),
        "rms_norm_eps": number(metadata, "llama.attention.layer_norm_rms_epsilon"),
        "vocab_size": number(metadata, "llama.vocab_size"),
        "max_position_embeddings": number(metadata, "llama.context_length"),
        "rope_theta": number(metadata, "llama.rope.freq_base"),
        # GGUF stores the query and key rows interleaved, which is MLX's traditional rotation.
        "rope_traditional": True,
        "tie_word_embeddings": "lm_head.weight" not in weights,
        "bos_token_id": number(metadata, "tokenizer.ggml.bos_token_id"),
        "eos_token_id": number(metadata, "tokenizer.ggml.eos_token_id"),
        "quantization": {"group_size": 32, "bits": bits_of(weights, width)},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2))


def write_tokenizer(folder, metadata):
    tokens = metadata["tokenizer.ggml.tokens"]
    kinds = metadata["tokenizer.ggml.token_type"].tolist()
    merges = [tuple(line.split(" ")) for line in metadata["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: index for index, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token, kind in zip(tokens, kinds) if kind == CONTROL_TOKEN]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": tokens[number(metadata, "tokenizer.ggml.bos_token_id")],
        "eos_token": tokens[number(metadata, "tokenizer.ggml.eos_token_id")],
        "chat_template": metadata["tokenizer.chat_template"],
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2))


def main(source, target):
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    arrays, metadata = mx.load(source, return_metadata=True)
    if metadata["general.architecture"] != "llama":
        raise SystemExit(f"{source}: only the llama architecture is known here, not {metadata['general.architecture']}")
    weights = {mlx_name(name): array for name, array in arrays.items()}
    write_config(folder, metadata, weights)
    write_tokenizer(folder, metadata)
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "mlx"})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
