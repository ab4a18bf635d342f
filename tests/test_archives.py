"""Archives that want more than to be unpacked: nothing leaves the folder, nothing half stays."""

import errno
import io
import shutil
import stat
import struct
import zipfile

import pytest
from loopback import make_zip

from toolkit.datasets import archive as archives
from toolkit.datasets.archive import unpack
from toolkit.errors import FileFormatError

TABLE = b"reed,heron\n1,2\n"


def write(folder, content):
    path = folder / "inside" / "reed.zip"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def take(folder, content, member="reed.csv"):
    return unpack(write(folder, content), member=member, title="Reed 2")


def refuse(folder, content, match, member="reed.csv"):
    with pytest.raises(FileFormatError, match=match) as caught:
        take(folder, content, member)
    assert "Reed 2" in caught.value.wrong
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    assert files == ["inside/reed.zip"], "nothing is written, here or elsewhere"


def zipped(info, content=TABLE):
    """Return a zip with the wanted table and one more member of this description."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("reed.csv", TABLE)
        archive.writestr(info, content)
    return stream.getvalue()


def renamed(name, *, of="X" * 12):
    """Return a zip in which a member has a name that `zipfile` itself would not write."""
    content = make_zip(("reed.csv", TABLE), (of[: len(name)], b"x"))
    return content.replace(of[: len(name)].encode(), name.encode())


# ------------------------------------------------------------------------------- good archives


@pytest.mark.parametrize("name", ["reed.csv", "a/reed.csv", "a/b/reed.csv"])
@pytest.mark.parametrize("member", ["reed.csv", ""])
def test_the_table_gets_its_last_name_beside_the_archive(tmp_path, name, member):
    path = take(tmp_path, make_zip((name, TABLE), ("readme.md", b"x"), ("a/", b"")), member)
    assert path == tmp_path / "inside" / "reed.csv.part"
    assert path.read_bytes() == TABLE


def test_the_wanted_one_of_several_is_taken(tmp_path):
    assert take(tmp_path, make_zip(("reed.csv", TABLE), ("other.csv", b"x"))).read_bytes() == TABLE


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_usual_compressions_are_unpacked(tmp_path, kind):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as archive:
        archive.writestr("reed.csv", TABLE)
    assert take(tmp_path, stream.getvalue()).read_bytes() == TABLE


def test_what_an_earlier_process_left_is_written_over(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "reed.csv.part").write_bytes(b"x" * 1000)
    assert take(tmp_path, make_zip(("reed.csv", TABLE))).read_bytes() == TABLE


# ----------------------------------------------------------------------------------- attacks


@pytest.mark.parametrize(
    "name",
    ["../reed.csv", "../../x", "a/../../x", "a/..", "/etc/x", "/x", "C:/x", "C:x", "//host/x"],
)
def test_a_name_that_leads_out_refuses_the_whole_archive(tmp_path, name):
    refuse(tmp_path, zipped(name), "leads out of its folder")
    if name.endswith("reed.csv"):
        refuse(tmp_path, make_zip((name, TABLE)), "leads out of its folder")


@pytest.mark.parametrize("name", ["..\\x", "a\\..\\..\\x", "\\x", "C:\\x", "\\\\host\\x", "x\0y"])
def test_a_name_that_leads_out_elsewhere_is_refused_here_too(tmp_path, name):
    refuse(tmp_path, renamed(name), "leads out of its folder")


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK]
)
def test_a_link_or_device_refuses_the_whole_archive(tmp_path, kind):
    info = zipfile.ZipInfo("link")
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    refuse(tmp_path, zipped(info, b"/etc/passwd"), "has a link")


def test_the_wanted_table_as_a_link_is_refused(tmp_path):
    info = zipfile.ZipInfo("reed.csv")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    refuse(tmp_path, make_zip((info, b"/etc/passwd")), "has a link")


def test_a_link_that_lies_in_the_folder_is_not_written_through(tmp_path):
    """Somebody else's link in the cache: the table goes beside it, and its name replaces it."""
    (tmp_path / "target").write_bytes(b"precious")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "reed.csv.part").symlink_to(tmp_path / "target")
    path = take(tmp_path, make_zip(("reed.csv", TABLE)))
    assert (tmp_path / "target").read_bytes() == b"precious"
    assert path.read_bytes() == TABLE
    assert not path.is_symlink()


def with_size(size, content=TABLE):
    """Return a zip whose table says in the directory that it unpacks to `size` bytes."""
    data = bytearray(make_zip(("reed.csv", content)))
    entry = data.rindex(b"PK\x01\x02")
    extra = struct.pack("<HHQ", 1, 8, size)
    data[entry + 24 : entry + 28] = b"\xff\xff\xff\xff"
    data[entry + 30 : entry + 32] = struct.pack("<H", len(extra))
    name_end = entry + 46 + len(b"reed.csv")
    data[name_end:name_end] = extra
    end = data.rindex(b"PK\x05\x06")
    length = struct.unpack("<I", data[end + 12 : end + 16])[0] + len(extra)
    data[end + 12 : end + 16] = struct.pack("<I", length)
    return bytes(data)


def test_what_says_that_it_unpacks_to_terabytes_is_refused(tmp_path):
    content = with_size(4 << 40)
    assert zipfile.ZipFile(io.BytesIO(content)).infolist()[0].file_size == 4 << 40
    refuse(tmp_path, content, r"unpacks to 4,096\.0 GB")


@pytest.mark.parametrize("size", [len(TABLE) - 5, len(TABLE) + 5, 0])
def test_what_lies_about_its_size_is_refused(tmp_path, size):
    refuse(tmp_path, with_size(size), "comes out than it says|Bad CRC|damaged")


def test_a_bomb_is_refused_by_its_ratio_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(archives.shutil, "copyfileobj", lambda *_: pytest.fail("written"))
    bomb = make_zip(("reed.csv", bytes(128 << 20)))
    assert len(bomb) < 1 << 18
    refuse(tmp_path, bomb, r"unpacks to 0\.1 GB")


def test_a_large_table_is_refused_by_its_size(tmp_path, monkeypatch):
    content = make_zip(("reed.csv", TABLE))
    monkeypatch.setattr(archives, "LARGEST", len(TABLE))
    take(tmp_path, content).unlink()
    monkeypatch.setattr(archives, "LARGEST", len(TABLE) - 1)
    refuse(tmp_path, content, "unpacks to")


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_that_zipfile_unpacks_in_one_piece_are_refused(tmp_path, kind):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as archive:
        archive.writestr("reed.csv", TABLE)
    refuse(tmp_path, stream.getvalue(), "packed in a way")


def test_a_bomb_that_says_it_is_small_is_stopped(tmp_path):
    refuse(tmp_path, with_size(1000, bytes(8 << 20)), "Bad CRC|comes out than it says")


def test_more_than_the_disk_holds_is_told_before_it_is_written(tmp_path, monkeypatch):
    little = shutil.disk_usage(tmp_path)._replace(free=3)
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda _: little)
    with pytest.raises(OSError) as caught:
        take(tmp_path, make_zip(("reed.csv", TABLE)))
    assert caught.value.errno == errno.ENOSPC
    assert [p.name for p in (tmp_path / "inside").iterdir()] == ["reed.zip"]


def test_a_list_of_very_many_files_is_refused_before_it_is_read(tmp_path, monkeypatch):
    members = [(f"{i}.txt", b"") for i in range(2000)]
    content = make_zip(("reed.csv", TABLE), *members)
    monkeypatch.setattr(archives, "CHUNK", 1 << 17)  # of the 2,000 it takes 104,000 bytes and more
    take(tmp_path, content).unlink()
    monkeypatch.setattr(archives, "CHUNK", 1 << 16)
    monkeypatch.setattr(zipfile.ZipInfo, "__init__", lambda *_: pytest.fail("read"))
    refuse(tmp_path, content, "its list of files is too long")


def test_a_password_is_told(tmp_path):
    data = bytearray(make_zip(("reed.csv", TABLE)))
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flag] |= 1
    refuse(tmp_path, bytes(data), "has a password")


@pytest.mark.parametrize(
    "name",
    ["ré ed.csv", "re\ned.csv", ".csv", "-x.csv", "x" * 150 + ".csv", "CON.csv", "nul.x.csv",
     "com1.csv", "ſ.csv"],
)  # fmt: skip
def test_a_table_with_an_odd_name_is_not_written(tmp_path, name):
    refuse(tmp_path, make_zip((name, TABLE)), "table with the name", member="")


# ------------------------------------------------------------------------------ what is amiss


@pytest.mark.parametrize(
    "members",
    [
        [],
        [("x.txt", b"")],
        [("a/reed.csv", TABLE), ("b/reed.csv", TABLE)],
        [("reed.csv/", b"")],
    ],
)
def test_not_exactly_one_of_the_wanted_is_told(tmp_path, members):
    refuse(tmp_path, make_zip(*members), r"holds [02] of reed\.csv")


def test_two_tables_are_told_where_none_is_named(tmp_path):
    content = make_zip(("a.csv", TABLE), ("b.csv", TABLE))
    refuse(tmp_path, content, "holds 2 of one table: a.csv, b.csv", member="")


@pytest.mark.parametrize("end", [0, 3, 30, 60, -1])
def test_an_archive_cut_short_is_told(tmp_path, end):
    refuse(tmp_path, make_zip(("reed.csv", TABLE))[:end], "damaged or no zip")


def test_every_single_flipped_byte_is_noticed_or_harmless(tmp_path):
    """Whatever byte of an archive is wrong, what is unpacked is the table or nothing."""
    content = make_zip(("reed.csv", TABLE))
    refused = 0
    for i in range(len(content)):
        damaged = content[:i] + bytes([content[i] ^ 0x55]) + content[i + 1 :]
        path = write(tmp_path, damaged)
        try:
            table = unpack(path, member="", title="Reed 2")
        except FileFormatError:
            refused += 1
            assert [p.name for p in path.parent.iterdir()] == ["reed.zip"]
        else:
            assert table.read_bytes() == TABLE
            table.unlink()
    assert refused > len(content) / 3
