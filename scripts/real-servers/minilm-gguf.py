"""Writes all-MiniLM-L6-v2 as a GGUF file for llama.cpp, number by number as it lies in the safetensors file.

    python minilm-gguf.py FOLDER MODEL.gguf

FOLDER is a sentence-transformers folder of a BERT model with mean pooling. Needs the packages gguf and numpy.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
from minilm_tensors import read_tensors

# Of the vocabulary of BERT: everything in brackets is a sign for the model and never a piece of a text.
SPECIAL = {"cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]", "mask": "[MASK]", "unk": "[UNK]"}


def llama_piece(token: str) -> str:
    """llama.cpp marks where a word begins, BERT where it goes on."""
    if token.startswith("[") and token.endswith("]"):
        return token
    return token[2:] if token.startswith("##") else "\u2581" + token


def add_vocabulary(writer: gguf.GGUFWriter, folder: Path) -> None:
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    kinds = [gguf.TokenType.CONTROL if token in SPECIAL.values() else gguf.TokenType.NORMAL for token in tokens]
    writer.add_tokenizer_model("bert")
    # The name under which llama.cpp knows the way that lower-case BERT cuts words.
    writer.add_tokenizer_pre("jina-v2-en")
    writer.add_token_list([llama_piece(token) for token in tokens])
    writer.add_token_types(kinds)
    writer.add_token_type_count(2)
    writer.add_bos_token_id(vocabulary[SPECIAL["cls"]])
    writer.add_eos_token_id(vocabulary[SPECIAL["sep"]])
    writer.add_sep_token_id(vocabulary[SPECIAL["sep"]])
    writer.add_pad_token_id(vocabulary[SPECIAL["pad"]])
    writer.add_mask_token_id(vocabulary[SPECIAL["mask"]])
    writer.add_unk_token_id(vocabulary[SPECIAL["unk"]])


def add_tensors(writer: gguf.GGUFWriter, folder: Path, layers: int) -> None:
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT, layers)
    for name, tensor in read_tensors(folder / "model.safetensors").items():
        bare = name.removeprefix("bert.")
        # The pooler of BERT has no part in a mean, and positions are counted by the program.
        if bare.startswith("pooler.") or bare == "embeddings.position_ids":
            continue
        known = names.get_name(bare, try_suffixes=(".weight", ".bias"))
        if known is None:
            sys.exit(f"minilm-gguf: the tensor {name} has no name in a GGUF file")
        writer.add_tensor(known, np.ascontiguousarray(tensor))


def main(folder: Path, target: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    layers = config["num_hidden_layers"]
    part = target.with_name(target.name + ".part")
    writer = gguf.GGUFWriter(part, "bert")
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_block_count(layers)
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    add_vocabulary(writer, folder)
    add_tensors(writer, folder, layers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.rename(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
