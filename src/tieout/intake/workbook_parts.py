"""The parts of an XLSX archive: whether they may be unpacked.

Source: ECMA-376 (Office Open XML), parts 1 and 2.
"""

import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from tieout.errors import FileRefused

PART_BYTES_MAX = 2 << 30
PLAIN_BYTES = 100 << 20  # up to here any ratio is harmless
RATIO_MAX = 200
CHUNK_BYTES = 1 << 20
# what zipfile raises for an archive that is not as it should be
DAMAGES = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError)
CONTENTS, BOOK_FOLDER = "[Content_Types].xml", "xl/"
LOCAL_HEADER, NAME_LENGTH, EXTRA_LENGTH = 30, 26, 28


def check_parts(source: Path, *, name: str) -> None:
    """Unpack every part once, keeping nothing, so that no later reader meets a flood.

    Raises FileRefused: damaged_file for a part of more than 2 GiB, or of more than 100 MiB and 200
    times its packed size, or one that unpacks to another size than the archive states;
    unknown_format for an archive without a workbook.
    """
    try:
        with zipfile.ZipFile(source) as archive, source.open("rb") as raw:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            if CONTENTS not in names or not any(name.startswith(BOOK_FOLDER) for name in names):
                reason = "the file is a zip archive, but not an XLSX workbook"
                raise FileRefused(file=name, code="unknown_format", reason=reason)
            if len(set(names)) < len(names):
                reason = "the workbook's archive has a part twice"
                raise FileRefused(file=name, code="damaged_file", reason=reason)
            for part in parts:
                fault = _flood(part) or _unpacked_otherwise(raw, part)
                if fault:
                    raise FileRefused(file=name, code="damaged_file", reason=fault)
    except DAMAGES as fault:
        reason = f"the workbook's archive is damaged: {fault}"
        raise FileRefused(file=name, code="damaged_file", reason=reason) from fault


def _flood(part: zipfile.ZipInfo) -> str | None:
    if part.file_size > PART_BYTES_MAX:
        return f"the part {part.filename} unpacks to more than 2 GiB"
    if part.file_size > PLAIN_BYTES and part.file_size > RATIO_MAX * part.compress_size:
        return f"the part {part.filename} unpacks to more than {RATIO_MAX} times its size"
    return None


def _unpacked_otherwise(raw: BinaryIO, part: zipfile.ZipInfo) -> str | None:
    """Say so when a part is encrypted, packed in a strange way, or not of its stated size."""
    if part.flag_bits & 1:
        return "the workbook is encrypted"
    if part.compress_type == zipfile.ZIP_STORED:
        honest = part.file_size == part.compress_size
        return None if honest else f"the part {part.filename} is not of its stated size"
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return f"the part {part.filename} is packed in a way that workbooks do not use"
    raw.seek(part.header_offset)
    local = raw.read(LOCAL_HEADER)
    if len(local) < LOCAL_HEADER:
        return f"the part {part.filename} is not where the archive says"
    lengths = (local[at] + 256 * local[at + 1] for at in (NAME_LENGTH, EXTRA_LENGTH))
    raw.seek(sum(lengths), 1)
    size, left, unpacker = 0, part.compress_size, zlib.decompressobj(-zlib.MAX_WBITS)
    while size <= part.file_size and not unpacker.eof:
        packed = unpacker.unconsumed_tail or raw.read(min(CHUNK_BYTES, left))
        left -= 0 if unpacker.unconsumed_tail else len(packed)
        if not packed:
            break
        size += len(unpacker.decompress(packed, CHUNK_BYTES))
    honest = unpacker.eof and size == part.file_size
    return None if honest else f"the part {part.filename} is not of its stated size"
