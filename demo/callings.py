"""What schools, markets, pagodas, stations and gardens are called, with their English."""

from collections import Counter

from demo.names import listed, plain
from demo.shape import chance

# Kind: the words around a name, in Vietnamese and in English, and the names themselves.
CALLINGS: dict[str, tuple[str, str, str]] = {
    "lakeside": ("Phố {}", "{} Street", "Ven Hồ Gương, Ven Hồ Sen, Ven Hồ Trăng"),
    "school": (
        "Trường {}",
        "{} School",
        """
        THCS Nguyễn Du, Tiểu học Hoa Sen, THPT Chu Văn An, Tiểu học Kim Đồng, THCS Trưng Vương, Tiểu học Thăng Long,
        THPT Lê Quý Đôn, Tiểu học Ba Đình, THCS Lê Lợi, Tiểu học Quang Trung, THPT Việt Đức, Tiểu học Bình Minh,
        THCS Ngô Quyền, Tiểu học Sao Mai, THPT Trần Phú, Tiểu học Ánh Dương, THCS Hồng Bàng, Tiểu học Hải Âu, THPT
        Thái Phiên, Tiểu học Đồng Xanh, THCS Phan Đình Phùng, Tiểu học Võ Thị Sáu, THPT Duyên Hải, Tiểu học Núi Đèn,
        THCS Lương Khánh Thiện, Tiểu học Nguyễn Bá Ngọc, THPT Hùng Vương, Tiểu học Trần Quốc Toản, THCS Tô Hoàng,
        Tiểu học Cát Linh, THCS Lý Tự Trọng, Tiểu học Vạn Phúc, THCS Đống Đa, Tiểu học Lê Văn Tám, THCS Giảng Võ,
        Tiểu học Phù Đổng, THCS Yên Hoà, Tiểu học Tân Mai, THCS Bế Văn Đàn, Tiểu học Minh Khai, THCS Chu Mạnh Trinh,
        Tiểu học Ngọc Hà, THPT Phan Bội Châu, Tiểu học Hạ Long, THCS Trần Quang Khải, Tiểu học Hoàng Diệu, Tiểu học
        Sơn Ca, THCS Nguyễn Huệ, Tiểu học Lý Thường Kiệt, THPT Nguyễn Bỉnh Khiêm, Tiểu học Cánh Buồm, THCS Cửa Biển,
        Tiểu học Mai Động, THCS Bà Triệu, Tiểu học An Dương, THPT Cửa Gương, Tiểu học Đông Hải, THCS Lạc Viên, Tiểu
        học Nam Sơn, THCS Tân Thành, Tiểu học Phù Sa
        """,
    ),
    "market": (
        "Chợ {}",
        "{} Market",
        """
        Cá, Hàng Da, Bến Gương, Hôm, Mơ, Trời, Đổi, Sắt, Đầu Mối Nam, Tân Tiến, Bắc Qua, Hải Tân, Vườn Hoa, Cầu Đất,
        Lớn, Đêm Bạch Đằng, Thành Công, Nghĩa Tân, Hàng Bè, Kim Liên, Đông Hải, Ngọc Hà, Yên Bắc, Phú Sào, Bưởi,
        Long Biên, An Dương, Lương Văn Can, Núi Đèn, Hoà Bình, Khâm Thiên, Vĩnh Tuy, Cồn Vành, Vạn Kiếp
        """,
    ),
    "temple": (
        "Chùa {}",
        "{} Pagoda",
        """
        Sóng Ngân, Hàm Long, Liên Trì, Phúc Lâm, Thiên Phúc, Vạn Niên, Bảo Quang, Linh Ứng, Kim Liên, Diên Hựu, Hưng
        Long, Quang Minh, Pháp Vân, Đại Bi, Tam Bảo, Long Hoa, Từ Ân, Thanh Hà, Bồ Đề, Viên Giác, Sùng Khánh, An
        Lạc, Phổ Minh, Thiên Trúc, Bảo Tháp, Cổ Linh, Phổ Quang, Đông Phù, Linh Quang, Hoa Nghiêm, Hải Hội
        """,
    ),
    "fire_station": (
        "Đội Cảnh sát PCCC {}",
        "Fire Station {}",
        """
        số 1, số 2, số 3, số 4, số 5, số 6, số 7, số 8
        """,
    ),
    "hospital": (
        "Bệnh viện {}",
        "{} Hospital",
        """
        Đa khoa Cửa Gương, Phụ sản, Nhi đồng, Y học cổ truyền, Duyên Hải
        """,
    ),
    "university": (
        "Đại học {}",
        "{} University",
        """
        Hàng hải Cửa Gương, Bách khoa Duyên Hải, Y Dược Cửa Gương, Thuỷ sản
        """,
    ),
    "park": (
        "Vườn hoa {}",
        "{} Garden",
        """
        Con Cóc, Lý Tự Trọng, Bồ Câu, Hàng Trống, Thiếu Nhi, Sông Gương, Mai Dịch, Tao Đàn, Hoa Phượng, Bến Mới,
        Bách Thảo, Nghĩa Tân, Tuổi Trẻ, Hoà Bình Xanh, Vạn Xuân, Cửa Nam, Bạch Mai, Hoa Lư, Thành Công, Cầu Gỗ, An
        Biên, Kiến Thiết, Mười Tám, Pasteur, Bồ Đề, Lê Thánh Tông, Vọng Hải, Ngọc Khánh, Hồng Hà, Đền Lừ, Cầu Sắt,
        Hải Âu, Trúc Bạch, Sen Hồng, Lạc Hồng, Đông Kinh, Kim Liên, Tân Tiến, Lê Chân,
        Quang Trung, Phù Đổng, Ngô Quyền, Trần Phú, Thanh Niên, Tiên Phong, Mùa Xuân, Ban Mai, Hoa Ban, Hoa Sữa
        """,
    ),
}
IN_ORDER = ("lakeside", "fire_station", "hospital", "university")


class Callings:
    """Names for schools, markets, temples and the like, each given once; after the last one they are numbered."""

    def __init__(self, seed: int) -> None:
        self._left: dict[str, list[str]] = {}
        for kind, (_words, _english, own) in CALLINGS.items():
            self._left[kind] = listed(own)[::-1]
            if kind not in IN_ORDER:
                chance(seed, "callings", kind).shuffle(self._left[kind])
        self._more: Counter[str] = Counter()

    def take(self, kind: str) -> tuple[str, str]:
        """The next name of this kind, with its English."""
        words, english, _own = CALLINGS[kind]
        left = self._left[kind]
        if left:
            own = left.pop()
        else:
            self._more[kind] += 1
            own = f"Cửa Gương {self._more[kind]}"
        return words.format(own), english.format(plain(own).removeprefix("so "))
