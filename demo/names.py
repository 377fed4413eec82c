"""Names in the simulated city, Vietnamese with their English beside; Cửa Gương is made up, as all here is."""

import unicodedata

from demo.shape import chance

TOWN = ("Cửa Gương (mô phỏng)", "Cua Guong (simulated)")
RIVER = ("Sông Gương", "Mirror River")
TRIBUTARY = ("Sông Sào", "Sao River")
NORTH_CANAL = ("Kênh Vườn", "Garden Canal")
SOUTH_CANAL = ("Kênh Đào", "Dao Canal")
SEA = ("Biển Đông", "East Sea")
HILL = ("Núi Hải Đăng", "Lighthouse Hill")

# Guild streets of the old quarter.
GUILDS = """
Lụa, Gốm, Chài, Nón, Mắm, Bè, Đường, Quạt, Thiếc, Bông, Bạc, Chiếu, Cót, Đồng, Giầy, Khay, Mành, Than, Tre, Vải, Điếu,
Lược, Hòm, Cá, Phèn, Buồm, Thùng, Trống, Rươi, Cân, Đậu, Gai, Hành, Khoai, Vôi, Mây, Sũ, Thuốc, Bát, Dầu, Nến, Giấy,
Sơn, Kèn, Sắt, Đàn, Chỉ, Bừa, Cuốc, Dép, Hương, Da, Lờ, Rèm, Ngói, Gạch, Mứt, Bánh, Cau, Chè, Mật, Nước, Cháo, Chuối,
Tỏi, Rượu, Gà, Vịt, Tôm, Cua, Sò, Ốc
"""
# The other old streets: trades, gates, markets, a few people.
OLD_STREETS = """
Lò Rèn, Lò Sũ, Thợ Nhuộm, Thợ Thuyền, Thuốc Bắc, Mã Mây, Đinh Liệt, Gia Ngư, Cầu Gỗ, Chả Cá, Bát Đàn, Hà Trung, Ấu
Triệu, Lý Quốc Sư, Nhà Chung, Bảo Khánh, Ô Quan Chưởng, Chợ Gạo, Phủ Doãn, Yên Thái, Tố Tịch, Cửa Đông, Đường Thành,
Nhà Hoả, Gầm Cầu, Hội Vũ, Tràng Thi, Quán Sứ, Thanh Hà, Nguyễn Thiếp, Chợ Cá, Bến Củi, Đình Ngang, Cửa Nam, Cửa Bắc,
Hoà Lò, Nhà Thờ, Chùa Cầu, Đình Đông, Xóm Hạ, Giếng Ngọc, Bến Thóc, Cây Đa, Chợ Hôm, Tam Thương, Vạn Kiếp, Vọng Đức,
Liên Trì, Hàm Long, Trạng Trình, Bến Bính, Phố Hiến, Đồng Xuân, Nội Miếu, Kỳ Đồng, Hội Quán, Mai Hoa, Cổ Tân
"""
# People and deeds after whom streets are named in every Vietnamese city.
PEOPLE = """
An Dương Vương, Bà Huyện Thanh Quan, Bà Triệu, Bế Văn Đàn, Bùi Thị Xuân, Cao Bá Quát, Cao Thắng, Chu Văn An, Cù Chính
Lan, Đặng Dung, Đặng Thai Mai, Đặng Tất, Đặng Văn Ngữ, Đào Duy Anh, Đào Duy Từ, Đinh Công Tráng, Đinh Lễ, Đinh Tiên
Hoàng, Đoàn Thị Điểm, Đội Cấn, Đội Cung, Hàn Mặc Tử, Hàn Thuyên, Hồ Tùng Mậu, Hồ Xuân Hương, Hoàng Diệu, Hoàng Hoa
Thám, Hoàng Quốc Việt, Hoàng Văn Thụ, Huỳnh Thúc Kháng, Kim Đồng, Lê Chân, Lê Đại Hành, Lê Hồng Phong, Lê Hữu Trác, Lê
Lai, Lê Ngọc Hân, Lê Phụng Hiểu, Lê Quý Đôn, Lê Thánh Tông, Lê Văn Hưu, Lê Văn Tám, Lương Đình Của, Lương Khánh Thiện,
Lương Ngọc Quyến, Lương Thế Vinh, Lương Văn Can, Lý Nam Đế, Lý Tự Trọng, Mạc Đĩnh Chi, Mạc Thị Bưởi, Mai Hắc Đế, Mai
Xuân Thưởng, Nam Cao, Ngô Gia Tự, Ngô Quyền, Ngô Sĩ Liên, Ngô Tất Tố, Ngô Thì Nhậm, Ngô Văn Sở, Nguyễn An Ninh, Nguyễn
Biểu, Nguyễn Bỉnh Khiêm, Nguyễn Cảnh Chân, Nguyễn Chí Thanh, Nguyễn Công Hoan, Nguyễn Công Trứ, Nguyễn Đình Chiểu,
Nguyễn Gia Thiều, Nguyễn Hữu Cầu, Nguyễn Hữu Huân, Nguyễn Khuyến, Nguyễn Lương Bằng, Nguyễn Quyền, Nguyễn Siêu, Nguyễn
Thái Học, Nguyễn Thị Định, Nguyễn Thị Minh Khai, Nguyễn Thiện Thuật, Nguyễn Thượng Hiền, Nguyễn Tri Phương, Nguyễn
Trung Trực, Nguyễn Trường Tộ, Nguyễn Văn Cừ, Nguyễn Văn Trỗi, Nguyễn Viết Xuân, Nguyễn Xí, Ông Ích Khiêm, Phạm Hồng
Thái, Phạm Ngũ Lão, Phạm Phú Thứ, Phạm Sư Mạnh, Phan Đăng Lưu, Phan Đình Giót, Phan Đình Phùng, Phan Huy Chú, Phan Kế
Bính, Phan Phù Tiên, Phan Văn Trị, Phó Đức Chính, Phùng Hưng, Phùng Khắc Khoan, Tạ Hiện, Tản Đà, Tăng Bạt Hổ, Thái
Phiên, Thi Sách, Tô Hiến Thành, Tô Hiệu, Tô Hoài, Tố Hữu, Tô Ngọc Vân, Tôn Đức Thắng, Tôn Thất Tùng, Tôn Thất Thuyết,
Tống Duy Tân, Trần Bình Trọng, Trần Cao Vân, Trần Đăng Ninh, Trần Huy Liệu, Trần Khánh Dư, Trần Khát Chân, Trần Nguyên
Hãn, Trần Nhân Tông, Trần Nhật Duật, Trần Phú, Trần Quang Diệu, Trần Quang Khải, Trần Quốc Toản, Trần Quý Cáp, Trần Tế
Xương, Trần Thái Tông, Trần Văn Ơn, Trần Xuân Soạn, Triệu Việt Vương, Trịnh Hoài Đức, Trương Công Định, Trương Định,
Trương Hán Siêu, Tuệ Tĩnh, Tương Phố, Văn Cao, Vạn Hạnh, Võ Thị Sáu, Võ Văn Dũng, Võ Văn Tần, Vũ Ngọc Phan, Vũ Thạnh,
Vũ Trọng Phụng, Xuân Diệu, Xuân Thuỷ, Yên Thế, Yết Kiêu, Yersin, Pasteur, Bùi Huy Bích, Bùi Viện, Cao Xuân Dục, Châu
Văn Liêm, Doãn Kế Thiện, Dương Đình Nghệ, Dương Quảng Hàm, Đỗ Hành, Đỗ Ngọc Du, Giang Văn Minh, Hạ Hồi, Hoà Mã, Hoàng
Đạo Thành, Hoàng Ngân, Khúc Hạo, Khúc Thừa Dụ, Lãn Ông, Lê Thanh Nghị, Lê Trực, Lê Văn Thiêm, Mai Anh Tuấn, Nghĩa
Dũng, Ngô Đình Mẫn, Nguyễn Bá Ngọc, Nguyễn Cơ Thạch, Nguyễn Đức Cảnh, Nguyễn Hoàng, Nguyễn Khang, Nguyễn Khoái, Nguyễn
Lân, Nguyễn Phong Sắc, Nguyễn Sơn, Nguyễn Tuân, Nguyễn Văn Huyên, Phạm Đình Hổ, Phạm Hùng, Phạm Tuấn Tài, Phan Văn
Trường, Quỳnh Lôi, Thể Giao, Thọ Lão, Tô Vĩnh Diện, Trần Duy Hưng, Trần Điền, Trần Tử Bình
"""
FLOWERS = """
Hoa Phượng, Hoa Sữa, Hoa Sen, Hoa Lan, Hoa Cúc, Hoa Mai, Hoa Đào, Hoa Hồng, Hoa Sứ, Hoa Giấy, Bằng Lăng, Ngọc Lan, Mộc
Lan, Anh Đào, Hải Đường, Thuỷ Tiên, Dạ Hương, Trúc Đào, Tường Vi, Thiên Lý, Nguyệt Quế, Mẫu Đơn, Dừa Xanh, Phi Lao,
Muồng Vàng, Long Não, Sao Đen, Hoàng Yến, Sơn Ca, Hoạ Mi, Vành Khuyên, Bồ Câu, Chim Én, Hải Âu
"""
SEA_NAMES = """
Hoàng Sa, San Hô, Cánh Buồm, Sao Biển, Cát Vàng, Sóng Xanh, Hải Yến, Ngọc Trai, Đồi Mồi, Gió Nồm, Bình Minh, Trăng
Khuyết, Hòn Dấu, Bạch Long Vĩ, Cô Tô, Phú Quý, Lý Sơn, Song Tử, Nam Yết, Sinh Tồn, Cát Bà, Thổ Chu, Côn Đảo
"""

KINDS = (
    ("Đại lộ ", " Boulevard"),
    ("Đường tỉnh ", None),
    ("Quốc lộ ", None),
    ("Đường số ", None),
    ("Đường ", " Street"),
    ("Phố ", " Street"),
    ("Ngõ ", " Lane"),
)
SIGNS = {"Đường tỉnh ": "Provincial Road", "Quốc lộ ": "National Highway", "Đường số ": "Street No."}


def listed(words: str) -> list[str]:
    """The names in a text, which stand between commas."""
    return [" ".join(word.split()) for word in words.split(",")]


class Pool:
    """Names not yet given, in an order of this seed's own; guild streets to the old quarter, flowers to the villas."""

    def __init__(self, seed: int) -> None:
        self._left: dict[str, list[str]] = {}
        for letters, kind, words in (
            ("oq", "Phố ", f"{OLD_STREETS}, {', '.join(f'Hàng {guild}' for guild in listed(GUILDS))}"),
            ("v", "Đường ", FLOWERS),
            ("b", "Đường ", SEA_NAMES),
            ("FTAHeksut", "Đường ", PEOPLE),
        ):
            own = [kind + word for word in listed(words)]
            chance(seed, "names", letters).shuffle(own)
            self._left |= dict.fromkeys(letters, own)
        self._numbered = 0

    def take(self, letter: str) -> str:
        """The next name for a street in a quarter of this kind; where names have run out, or never were, a number."""
        own = self._left.get(letter)
        if own:
            return own.pop()
        self._numbered += 1
        return f"Đường số {self._numbered}"


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
            return own + sign if sign else f"{SIGNS[kind]} {own}"
    return plain(street)
