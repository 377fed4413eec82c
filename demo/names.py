"""Names in the simulated town, Vietnamese with their English beside; Cửa Gương is made up, as all here is."""

import unicodedata

TOWN = ("Cửa Gương (mô phỏng)", "Cua Guong (simulated)")
RIVER = ("Sông Gương", "Mirror River")
BRIDGE = ("Cầu Gương", "Mirror Bridge")
SEA = ("Biển Đông", "East Sea")

# Along the river: from the bank outwards. Guild streets in the old quarter, people and places elsewhere.
OLD_ALONG = ("Đường Bến Gương", "Phố Hàng Muối", "Phố Hàng Chài", "Đường Trần Hưng Đạo")
OLD_ACROSS = (
    "Phố Thợ Thuyền",
    "Phố Hàng Lụa",
    "Phố Hàng Gốm",
    "Phố Chợ Cá",
    "Phố Hàng Đèn",
    "Phố Lò Rèn",
    "Phố Hàng Nón",
)
NEW_ALONG = ("Đường Bạch Đằng", "Đường Lý Thường Kiệt", "Đường Nguyễn Trãi", "Đường Hai Bà Trưng")
NEW_ACROSS = (
    "Đường Lê Lợi",
    "Đường Phan Bội Châu",
    "Đường Nguyễn Du",
    "Đường Hải Đăng",
    "Đường Sao Mai",
    "Đường Hoa Phượng",
    "Đường Cánh Buồm",
)
AVENUE = "Đại lộ Biển Đông"
NORTH_ROAD = "Đường tỉnh 9"
SOUTH_ROAD = "Đường vành đai Nam"
VILLA_LANES = ("Ngõ Dừa", "Ngõ Phi Lao", "Ngõ San Hô")

KINDS = (
    ("Đại lộ ", " Boulevard"),
    ("Đường tỉnh ", None),
    ("Đường ", " Street"),
    ("Phố ", " Street"),
    ("Ngõ ", " Lane"),
)


def plain(words: str) -> str:
    """The same letters without tone marks, as they stand on English signs."""
    spread = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def english(street: str) -> str:
    """A street's name as its English sign writes it.

    >>> english("Phố Hàng Muối")
    'Hang Muoi Street'
    """
    for kind, sign in KINDS:
        if street.startswith(kind):
            own = plain(street.removeprefix(kind))
            return own + sign if sign else f"Provincial Road {own}"
    return plain(street)
