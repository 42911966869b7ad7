"""Files are known by their content, pictures lose what the camera wrote, and only what is released is public."""

import io
import zipfile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from openpyxl import Workbook
from PIL import Image, PngImagePlugin

from academy.errors import Invalid, NotAllowed
from programme.file_types import (
    LARGEST,
    OFFICE,
    OPEN_DOCUMENT,
    Broken,
    HasMacros,
    TooLarge,
    UnknownType,
    type_of,
)
from programme.materials import AlreadyOut, TooMany, add_file, add_link, safe_name, take_material
from programme.models import Edit, Material, Session
from programme.pictures import Animated, TooManyPixels, without_metadata
from programme.releases import programme_content, release
from programme.undoing import undo

GPS, XMP, WORDS = b"Exif", b"http://ns.adobe.com/xap", b"taken at home"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def session(edition):
    return Session.objects.select_related("edition").get(slug="day-1-plenary-a")


def packed(**entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("content_types", "[Content_Types].xml"), content)
    return file.getvalue()


def index(content_type):
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/a.xml" ContentType="{content_type}"/></Types>'
    )


def document():
    file = io.BytesIO()
    Document().save(file)
    return file.getvalue()


def workbook():
    file = io.BytesIO()
    Workbook().save(file)
    return file.getvalue()


def picture(name="JPEG", size=(40, 20), **options):
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, name, **options)
    return file.getvalue()


def photo(name="JPEG", orientation=6):
    """A picture with a place, a device, an orientation, XMP and a comment; its left half is red."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = orientation, "Camera", WORDS.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 0.0)})
    image = Image.new("RGB", (40, 20), "blue")
    image.paste("red", (0, 0, 20, 20))
    options = {"exif": exif, "quality": 95}
    if name == "JPEG":
        options |= {"comment": WORDS, "xmp": b"<x:xmpmeta>" + WORDS + b"</x:xmpmeta>"}
    if name == "WEBP":
        options |= {"xmp": b"<x:xmpmeta>" + WORDS + b"</x:xmpmeta>", "lossless": True}
    if name == "PNG":
        about = PngImagePlugin.PngInfo()
        about.add_text("Comment", WORDS.decode())
        about.add_itxt("XML:com.adobe.xmp", WORDS.decode())
        options = {"exif": exif, "pnginfo": about}
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def kind_of(content):
    return type_of(io.BytesIO(content), len(content)).extension


# --- Types ---


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (b"%PDF-1.7\n", "pdf"),
        ("Grüße\n".encode(), "txt"),
        (document(), "docx"),
        (workbook(), "xlsx"),
        (packed(content_types=index(f"{OFFICE}presentationml.presentation.main+xml")), "pptx"),
        (packed(mimetype=f"{OPEN_DOCUMENT}text"), "odt"),
        (packed(mimetype=f"{OPEN_DOCUMENT}presentation"), "odp"),
        (packed(mimetype=f"{OPEN_DOCUMENT}spreadsheet"), "ods"),
        (picture("PNG"), "png"),
        (picture("JPEG"), "jpg"),
        (picture("WEBP"), "webp"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_type_is_known_by_its_content(content, extension):
    assert kind_of(content) == extension


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", UnknownType),
        (b"  \n", UnknownType),
        (b"MZ\x90\x00", UnknownType),
        (b"GIF89a\x01\x00", UnknownType),
        (b"\x7fELF", UnknownType),
        ("Grüße".encode("latin-1"), UnknownType),
        (packed(a="no office file"), UnknownType),
        (packed(content_types=index("application/vnd.example")), UnknownType),
        (packed(mimetype="application/epub+zip"), UnknownType),
        (packed(content_types=index("application/vnd.ms-word.document.macroEnabled.main+xml")), HasMacros),
        (
            packed(content_types=index(f"{OFFICE}wordprocessingml.document.main+xml"), word__vbaProject="x"),
            HasMacros,
        ),
        (packed(content_types='<!DOCTYPE a [<!ENTITY b "c">]><a/>'), UnknownType),
        (packed(content_types="<Types"), Broken),
        (packed(content_types="x" * 2_000_000), UnknownType),
        (b"PK\x03\x04 and nothing else", Broken),
        (b"PK\x03\x04" + b"x" * 40 + b"PK\x05\x06" + b"\0" * 18, UnknownType),
        (packed(content_types='<?xml version="1.0" encoding="foo"?><Types/>'), Broken),
        (packed(content_types='<?xml version="1.0" encoding="shift_jis"?><Types/>'), Broken),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(content, refusal):
    with pytest.raises(refusal) as refused:
        kind_of(content)
    assert str(refused.value).endswith(".")


def test_an_archive_that_unpacks_to_too_much_is_refused_without_unpacking_it():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", index(f"{OFFICE}wordprocessingml.document.main+xml"))
        for number in range(33):
            archive.writestr(f"word/{number}.xml", b"\0" * 10_000_000)
    assert len(file.getvalue()) < LARGEST
    with pytest.raises(TooLarge):
        kind_of(file.getvalue())


def test_twenty_megabytes_are_the_most(session, amara):
    with pytest.raises(TooLarge):
        add_file(session, io.BytesIO(b"%PDF-"), name="a.pdf", size=LARGEST + 1, title="A", by=amara)


# --- Pictures ---


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_a_picture_loses_place_time_and_device_and_stands_upright(name):
    content = photo(name)
    assert WORDS in content  # the control: it was there
    cleaned = without_metadata(io.BytesIO(content), type_of(io.BytesIO(content), len(content)))
    assert [mark for mark in (GPS, XMP, WORDS, b"Camera", b"xmpmeta", b"eXIf") if mark in cleaned] == []
    with Image.open(io.BytesIO(cleaned)) as image:
        assert (dict(image.getexif()), image.size) == ({}, (20, 40))
        top, bottom = image.convert("RGB").getpixel((10, 5)), image.convert("RGB").getpixel((10, 35))
    assert (top[0] > 200, bottom[2] > 200) == (True, True)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked():
    for size in ((30_000, 30_000), (8_000, 8_000)):
        file = io.BytesIO()
        Image.new("1", size).save(file, "PNG")
        with pytest.raises(TooManyPixels):
            without_metadata(file, type_of(file, len(file.getvalue())))


def test_a_picture_that_moves_and_one_that_is_cut_off_are_refused():
    file = io.BytesIO()
    Image.new("RGB", (9, 9)).save(file, "PNG", save_all=True, append_images=[Image.new("RGB", (9, 9), "red")])
    with pytest.raises(Animated):
        without_metadata(file, type_of(file, len(file.getvalue())))
    cut = photo("JPEG")[:-200]
    with pytest.raises(Broken):
        without_metadata(io.BytesIO(cut), type_of(io.BytesIO(cut), len(cut)))


def test_a_transparent_palette_and_printers_colours_survive():
    clear = Image.new("P", (4, 4))
    clear.putpalette([255, 0, 0, 0, 255, 0])
    file = io.BytesIO()
    clear.save(file, "PNG", transparency=0)
    cleaned = without_metadata(file, type_of(file, len(file.getvalue())))
    assert Image.open(io.BytesIO(cleaned)).convert("RGBA").getpixel((0, 0))[3] == 0
    file = io.BytesIO()
    Image.new("CMYK", (4, 4)).save(file, "JPEG")
    cleaned = without_metadata(file, type_of(file, len(file.getvalue())))
    assert Image.open(io.BytesIO(cleaned)).mode == "RGB"


# --- The rules ---


def test_a_file_is_kept_under_an_address_that_says_nothing(session, amara):
    made = add_file(session, io.BytesIO(b"%PDF-1.7"), name="C:\\me\\Agenda.exe", size=8, title="", by=amara)
    assert (made.title, made.name, made.size, made.content_type) == (
        "Agenda.pdf",
        "Agenda.pdf",
        8,
        "application/pdf",
    )
    assert made.file.name == f"materials/{made.pk}.pdf"
    assert programme_content(session.edition)["days"][0]["sessions"][1]["materials"] == [
        {
            "id": str(made.pk),
            "title": "Agenda.pdf",
            "file": "Agenda.pdf",
            "size": 8,
            "type": "application/pdf",
        }
    ]


def test_the_picture_that_is_kept_is_the_clean_one(session, amara):
    content = photo()
    made = add_file(session, io.BytesIO(content), name="p.jpg", size=len(content), title="P", by=amara)
    with made.file.open() as kept:
        held = kept.read()
    assert (WORDS in held, len(held)) == (False, made.size)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Résumé final.PDF", "Résumé final.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ('a"b;c\r\nd.pdf', "a b c d.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("...", "material.pdf"),
        ("x" * 300, f"{'x' * 120}.pdf"),
    ],
)
def test_names_for_downloads_are_safe(name, safe):
    assert safe_name(name, type_of(io.BytesIO(b"%PDF-"), 5)) == safe


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://example.org/", "data:text/html,x", "example.org", ""]
)
def test_a_link_is_a_web_address(session, amara, url):
    with pytest.raises(Invalid):
        add_link(session, title="A", url=url, by=amara)
    add_link(session, title="A", url="http://example.org/a", by=amara)


def test_nobody_but_organisers_adds_or_takes_materials(session, amara, bruno):
    made = add_link(session, title="A", url="https://example.org/", by=amara)
    for rule in (
        lambda: add_link(session, title="A", url="https://example.org/", by=bruno),
        lambda: add_file(session, io.BytesIO(b"%PDF-"), name="a", size=5, title="A", by=bruno),
        lambda: take_material(made, by=bruno),
    ):
        with pytest.raises(NotAllowed):
            rule()


def test_a_refused_file_leaves_nothing_behind(session, amara, tmp_path):
    Material.objects.bulk_create(
        Material(session=session, title=f"{n}", url="https://example.org/", position=n) for n in range(50)
    )
    with pytest.raises(TooMany):
        add_file(session, io.BytesIO(b"%PDF-"), name="a.pdf", size=5, title="A", by=amara)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_material_is_taken_out_and_back_by_undoing(session, amara):
    made = add_link(session, title="A", url="https://example.org/", by=amara)
    edit = take_material(made, by=amara)
    with pytest.raises(AlreadyOut):
        take_material(made, by=amara)
    assert programme_content(session.edition)["days"][0]["sessions"][1]["materials"] == []
    undo(edit, by=amara)
    undo(Edit.objects.get(words__startswith="Material added"), by=amara)
    made.refresh_from_db()
    assert made.removed_at is not None


# --- Downloads ---


def download(client, material):
    return client.get(f"/2022/programme/materials/{material.pk}/")


def test_a_file_is_public_once_it_is_released_and_as_long_as_it_is(session, amara, bruno, client_of):
    made = add_file(session, io.BytesIO(b"%PDF-1.7"), name="Grüße.pdf", size=8, title="A", by=amara)
    assert [download(client_of(user), made).status_code for user in (None, bruno, amara)] == [404, 404, 200]
    release(session.edition, label="second", by=amara)
    assert [download(client_of(user), made).status_code for user in (None, bruno, amara)] == [200, 200, 200]
    take_material(made, by=amara)
    assert download(client_of(None), made).status_code == 200
    release(session.edition, label="third", by=amara)
    assert [download(client_of(user), made).status_code for user in (None, amara)] == [404, 200]


def test_a_file_is_an_attachment_that_no_browser_runs(session, amara, client_of):
    made = add_file(session, io.BytesIO(b"<html>"), name="Grüße.html", size=6, title="A", by=amara)
    answer = download(client_of(amara), made)
    assert {
        name: answer[name] for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options")
    } == {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Disposition": "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.txt",
        "X-Content-Type-Options": "nosniff",
    }
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.content == b"<html>"


def test_the_file_of_another_academy_a_link_and_a_lost_file_are_not_found(session, amara, client_of):
    link = add_link(session, title="A", url="https://example.org/", by=amara)
    lost = add_file(session, io.BytesIO(b"%PDF-1.7"), name="a.pdf", size=8, title="A", by=amara)
    lost.file.storage.delete(lost.file.name)
    assert [download(client_of(amara), one).status_code for one in (link, lost)] == [404, 404]
    assert settings.MEDIA_ROOT != ""


def test_a_file_that_is_not_what_its_name_says_is_named_by_what_it_is(session, amara, client_of):
    desk, address = client_of(amara), f"/2022/programme/desk/sessions/{session.pk}/materials/"
    for name, said in (("evil.html", True), ("notes.TXT", False)):
        file = SimpleUploadedFile(name, b"<p>Hello</p>")
        text = desk.post(address, {"material-title": "", "material-file": file}, follow=True).content.decode()
        assert "The material was added." in text
        assert ("it is kept as “evil.txt”" in text) == said
