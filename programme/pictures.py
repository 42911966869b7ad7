"""Pictures without what a camera wrote into them: drawn anew, upright, without place, time or device. Pure."""

import io
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

from academy.errors import Invalid
from programme.file_types import Broken, FileType

MOST_PIXELS = 60_000_000
FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}
PLAIN_MODES = {
    "JPEG": ("L", "RGB"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "WEBP": ("RGB", "RGBA"),
}


class TooManyPixels(Invalid):
    """The picture is larger than any screen, or a small file that unpacks to a huge one."""

    message = _("This picture has too many pixels. At most 60 million can be taken.")


class Animated(Invalid):
    """The picture moves."""

    message = _("Animated pictures cannot be taken. Please upload a still one.")


def without_metadata(file: BinaryIO, kind: FileType) -> bytes:
    """The picture encoded anew: turned upright, in plain sRGB, without EXIF, XMP, comments or profiles.

    Raises:
        TooManyPixels, Animated, Broken
    """
    name = FORMATS[kind.extension]
    try:
        with Image.open(file, formats=[name]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise TooManyPixels
            if name != "JPEG" and getattr(opened, "is_animated", False):
                raise Animated
            opened.load()
            picture = _plain(ImageOps.exif_transpose(opened), name)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError) as error:
        raise Broken from error
    drawn = io.BytesIO()
    options = {"JPEG": {"quality": 90, "optimize": True}, "WEBP": {"quality": 90}, "PNG": {"optimize": True}}
    picture.save(drawn, name, **options[name])  # type: ignore[arg-type]  # options of three formats
    return drawn.getvalue()


def _plain(picture: Image.Image, name: str) -> Image.Image:
    """The pixels alone, in colours that need no profile; a palette keeps which colour is transparent."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        picture = _in_srgb(picture, profile)
    if picture.mode not in PLAIN_MODES[name]:
        has_alpha = "A" in picture.mode or "transparency" in picture.info
        picture = picture.convert("RGBA" if has_alpha and name != "JPEG" else "RGB")
    plain = picture.copy()
    transparent = picture.info.get("transparency")
    plain.info = {} if transparent is None or name != "PNG" else {"transparency": transparent}
    return plain


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture's colours as sRGB; as they are if the profile cannot be read."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture
    return turned if turned is not None else picture
