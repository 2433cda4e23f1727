"""A film for Chromium's camera: labels on a table, one after the other."""

from PIL import Image

from ..tools.label.formats import FORMATS
from ..tools.label.picture import make_picture
from .label_reader import blur, read_codes, tilt

SIZE = (640, 480)
FRAMES_PER_SECOND = 5
TABLE, PAPER = 190, 255
FLAGS = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


def get_camera_flags(path):
    """What makes Chromium give a film to whoever asks for the camera."""
    return (*FLAGS, f"--use-file-for-fake-video-capture={path}")


def make_film(path, scenes):
    """Write a film, which Chromium shows again and again.

    :param scenes: pairs of a picture, or None for nothing in view, and how many seconds it is there
    """
    width, height = SIZE
    with open(path, "wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for picture, seconds in scenes:
            frame = _make_frame(picture)
            film.writelines([frame] * round(seconds * FRAMES_PER_SECOND))


def _make_frame(picture):
    table = Image.new("L", SIZE, TABLE)
    if picture:
        table.paste(picture, _get_corner(picture))
    # Light as video has it, and no colour.
    light = table.point(lambda value: 16 + value * 219 // 255).tobytes()
    return b"FRAME\n" + light + b"\x80" * (len(light) // 2)


def _get_corner(picture):
    """Who scans points at the code, not at the middle of the label."""
    place = read_codes(picture)[0].rect
    return SIZE[0] // 2 - place.left - place.width // 2, SIZE[1] // 2 - place.top - place.height // 2


def photograph(label_format, content, dpi=203):
    """A printed label as a phone sees it in a hand: a little askew, and not quite sharp."""
    label = make_picture(FORMATS[label_format], content, dpi)
    return blur(tilt(label, 0, degrees=6), 3)
