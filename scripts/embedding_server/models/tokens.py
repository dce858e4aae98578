"""The tokenizer of a model: exact counts, and cutting only where it was asked for."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Encoding, Tokenizer

from ..errors import ModelFault


class TextTokenizer:
    """Reads tokenizer.json as it is, but for the cutting and padding that many of them have switched on."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        try:
            self._whole = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # The library raises bare exceptions.
            raise ModelFault(f"{folder / 'tokenizer.json'} cannot be read: {error}") from None
        self._whole.no_padding()
        self._whole.no_truncation()
        self._cutting = Tokenizer.from_str(self._whole.to_str())
        self._cutting.enable_truncation(max_tokens)

    def encode(self, texts: list[str]) -> list[Encoding]:
        """Whole texts with their special tokens."""
        return self._whole.encode_batch(texts)

    def encode_cut(self, text: str) -> Encoding:
        """The beginning of a text, as long as the model can read; special tokens stay."""
        return self._cutting.encode(text)

    def ids(self, text: str, with_special: bool) -> list[int]:
        return self._whole.encode(text, add_special_tokens=with_special).ids
