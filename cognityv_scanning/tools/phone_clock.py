"""Puts the times of a phone right whose clock is wrong. Knows nothing of Odoo."""

from datetime import timedelta

# A phone with network keeps its clock to the second; what is within this may be the time the request took.
TOLERATED_SECONDS = 120


class PhoneClock:
    """
    :param sent_at: the phone's time when it sent its scans, None when it did not say
    :param now: the server's time
    """

    def __init__(self, sent_at, now):
        self.now = now
        self.offset = (sent_at - now).total_seconds() if sent_at else 0.0

    @property
    def is_wrong(self):
        return abs(self.offset) > TOLERATED_SECONDS

    def correct(self, moment, earliest):
        """When something really was, by the server's clock: never in the future, nor before it could be.

        :param moment: by the phone's clock; None for now
        :param earliest: by the server's clock
        """
        if moment and self.is_wrong:
            moment = self._shift(moment)
        return max(min(moment or self.now, self.now), min(earliest, self.now))

    def _shift(self, moment):
        try:
            return moment - timedelta(seconds=self.offset)
        except OverflowError:
            return self.now
