"""Import and export in the CSV and JSON shapes of Polis."""

from holdfast.involve.polis_files.conversation import Conversation
from holdfast.involve.polis_files.reading import read_polis
from holdfast.involve.polis_files.writing import conversation_of, write_polis_csv, write_polis_json

__all__ = ["Conversation", "conversation_of", "read_polis", "write_polis_csv", "write_polis_json"]
