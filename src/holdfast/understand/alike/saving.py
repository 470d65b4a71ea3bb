"""An index as a folder of plain arrays and JSON, and back. Nothing in it is run when it is read."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import fields
from pathlib import Path
from typing import Final

import numpy as np
from scipy import sparse

from holdfast.understand.alike.calibration import curve_from, curve_to
from holdfast.understand.alike.index import Index
from holdfast.understand.alike.lexicon import Lexicon
from holdfast.understand.alike.nearness import Common
from holdfast.understand.alike.records import Record
from holdfast.understand.alike.telling import COLUMNS
from holdfast.understand.alike.vectors import Embed

VERSION: Final = 3


class NotThisIndex(Exception):  # noqa: N818 - it is a finding about a folder
    """The folder holds no index, or one made in another way; building it again puts it right."""


def save(index: Index, folder: Path | str) -> None:
    """Write ``index`` into ``folder`` (made if need be). It holds the records' words: keep it where they may be."""
    index.settle()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    held = index.by_feature
    arrays = {"data": held.data, "indices": held.indices, "indptr": held.indptr, "idf": index.idf}
    meanings = index.meanings
    if meanings.vectors is not None and meanings.common:
        arrays |= {"vectors": meanings.vectors, **vars(meanings.common)}
    with zipfile.ZipFile(folder / "index.npz", "w") as file:
        for name, array in arrays.items():
            with file.open(f"{name}.npy", "w", force_zip64=True) as part:
                np.lib.format.write_array(part, np.asarray(array), allow_pickle=False)
    told = [[record.key, record.text, dict(record.fields)] for record in index.records]
    about = {"version": VERSION, "lexicon": _fingerprint(index.lexicon), "made_by": index.made_by}
    text = json.dumps({**about, "curve": curve_to(index.curve), "records": told}, ensure_ascii=False)
    (folder / "index.json").write_text(text, encoding="utf-8", errors="surrogatepass")


def load(folder: Path | str, lexicon: Lexicon | None = None, embed: Embed | None = None) -> Index:
    """The index that :func:`save` wrote; with ``embed`` where it was built with one. NotThisIndex says what to do."""
    folder = Path(folder)
    try:
        about = json.loads((folder / "index.json").read_text(encoding="utf-8", errors="surrogatepass"))
        with np.load(folder / "index.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        records = [Record(key, text, told) for key, text, told in about["records"]]
        index = Index(lexicon, embed, curve_from(about["curve"]))
        matrix = sparse.csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=(COLUMNS, len(records)))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as trouble:
        raise NotThisIndex(f"“{folder}” holds no index that can be read: build it again from the records") from trouble
    if about["version"] != VERSION or about["lexicon"] != _fingerprint(index.lexicon):
        raise NotThisIndex(f"the index in “{folder}” was made with another lexicon or version: build it again")
    if about["made_by"] != index.made_by:
        raise NotThisIndex(f"the index in “{folder}” was made by {about['made_by']}: load it with the same embedding")
    common = Common(*(arrays[part.name] for part in fields(Common))) if "vectors" in arrays else None
    index.hold(records, matrix, arrays["idf"], arrays.get("vectors"), common)
    return index


def _fingerprint(lexicon: Lexicon) -> int:
    listed = sorted((" ".join(stems), ideas) for held in lexicon.phrases.values() for stems, ideas in held)
    return zlib.crc32(repr(listed).encode("utf-8"))
