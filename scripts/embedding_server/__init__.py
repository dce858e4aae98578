"""A small embedding server that speaks the OpenAI wire; scripts/embedding_server.py runs it."""

SERVER_NAME = "wooster-embedding-server"
VERSION = "1.0.0"
