from werkzeug.exceptions import abort

from odoo import http
from odoo.http import request

from ..tools.photo import MAX_BYTES, PhotoError, read_codes

# A photo that is somewhat too large is read to its end, so that the answer reaches the browser; what is far larger is
# not worth that.
MAX_BODY_BYTES = 4 * MAX_BYTES


class PhotoController(http.Controller):
    """Codes in a photo, for phones whose browser gives no camera."""

    def _get_max_body(self):
        if (request.httprequest.content_length or 0) > MAX_BODY_BYTES:
            abort(self._answer_problem("too_many_bytes", 413))
        return MAX_BODY_BYTES

    @http.route(
        "/cognityv_scanning/photo",
        type="http",
        auth="user",
        methods=["POST"],
        readonly=True,
        max_content_length=_get_max_body,
    )
    def read_photo(self, photo=None, **_others):
        """
        :param photo: the file: JPEG, PNG or WebP, at most 8 MB
        :return: JSON of `codes`, a list of dicts `text` and `format`, from top to bottom; and `error`, a sentence, when
            the photo could not be looked at
        """
        if not request.env.user._is_internal():
            return self._answer_problem("not_allowed", 403)
        if not hasattr(photo, "read"):
            return self._answer_problem("no_picture")
        # One byte more than allowed tells that it is too large.
        data = photo.read(MAX_BYTES + 1)
        # It takes a second or so: nobody shall wait for what this transaction has looked at.
        request.env.cr.rollback()
        try:
            return request.make_json_response({"codes": read_codes(data)})
        except PhotoError as error:
            return self._answer_problem(error.reason)

    def _answer_problem(self, reason, status=400):
        return request.make_json_response({"codes": [], "error": self._get_messages()[reason]}, status=status)

    def _get_messages(self):
        return {
            "too_many_bytes": request.env._(
                "This photo is larger than %(size)s MB; take one of lower quality, or of the code alone.",
                size=MAX_BYTES // 1024**2,
            ),
            "too_many_pixels": request.env._("This photo has too many pixels; take one of lower quality."),
            "no_picture": request.env._("This is no photo that can be read; take one as JPEG, PNG or WebP."),
            "no_zbar": request.env._(
                "This server cannot read photos, as the library zbar is not installed; ask your administrator for it, "
                "and type the code."
            ),
            "not_allowed": request.env._("You may not read photos here; ask somebody who works with this stock."),
        }
