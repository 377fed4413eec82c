"""From where on water is dangerous in the simulated city, and what many vehicles are there."""

from data_access.city import Said, Threshold


def _said(vi: str, en: str) -> Said:
    return Said({"vi": vi, "en": en})


THRESHOLDS = (
    Threshold(
        "water_level_m",
        (1.6, 2.0, 2.4),
        "m",
        _said("Ba mức báo động của thành phố mô phỏng", "The three alarm levels of the simulated city"),
        (
            _said("dưới báo động", "below every alarm level"),
            _said("báo động I", "alarm level I"),
            _said("báo động II", "alarm level II"),
            _said("báo động III", "alarm level III"),
        ),
    ),
    Threshold(
        "vehicle_count",
        (3, 7, 11, 18),
        "1",
        _said(
            "Ngũ phân vị của một tuần mô phỏng, mọi máy đếm, mỗi lần báo",
            "Quintiles of a simulated week, over all counters and reports",
        ),
    ),
)
