"""Facts of published models that their folders do not always carry."""

from __future__ import annotations

from dataclasses import dataclass

_BGE_QUERY = "Represent this sentence for searching relevant passages: "


@dataclass(frozen=True)
class KnownModel:
    """What is known of a model by its publisher's name."""

    name: str
    dimensions: int
    max_tokens: int
    pooling: str
    query_prefix: str = ""
    document_prefix: str = ""
    # Lengths its vectors may be cut to; empty for models that were not trained for it.
    shorter_dimensions: tuple[int, ...] = ()


_KNOWN = (
    KnownModel("sentence-transformers/all-MiniLM-L6-v2", 384, 256, "mean"),
    KnownModel("sentence-transformers/all-MiniLM-L12-v2", 384, 128, "mean"),
    KnownModel("sentence-transformers/all-mpnet-base-v2", 768, 384, "mean"),
    KnownModel("BAAI/bge-small-en-v1.5", 384, 512, "cls", _BGE_QUERY),
    KnownModel("BAAI/bge-base-en-v1.5", 768, 512, "cls", _BGE_QUERY),
    KnownModel("BAAI/bge-large-en-v1.5", 1024, 512, "cls", _BGE_QUERY),
    KnownModel("BAAI/bge-m3", 1024, 8192, "cls"),
    KnownModel("nomic-ai/nomic-embed-text-v1.5", 768, 8192, "mean", "search_query: ", "search_document: ",
               (512, 256, 128, 64)),
    KnownModel("mixedbread-ai/mxbai-embed-large-v1", 1024, 512, "cls", _BGE_QUERY, "", (768, 512, 256, 128, 64)),
    KnownModel("intfloat/e5-small-v2", 384, 512, "mean", "query: ", "passage: "),
    KnownModel("intfloat/multilingual-e5-small", 384, 512, "mean", "query: ", "passage: "),
    KnownModel("thenlper/gte-small", 384, 512, "mean"),
    KnownModel("Qwen/Qwen3-Embedding-0.6B", 1024, 32_768, "last-token",
               "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:", "",
               (768, 512, 256, 128, 64, 32)),
    KnownModel("google/embeddinggemma-300m", 768, 2048, "mean", "task: search result | query: ", "title: none | text: ",
               (512, 256, 128)),
)

_BY_NAME = {row.name.lower(): row for row in _KNOWN} | {row.name.split("/")[1].lower(): row for row in _KNOWN}


def known_model(*names: str) -> KnownModel | None:
    """The row of the first name that is known, whole or without its publisher, in any case of letters."""
    for name in names:
        row = _BY_NAME.get(name.lower())
        if row is not None:
            return row
    return None
