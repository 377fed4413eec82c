# What ./run and ./test share: Python, locked dependencies, the map bundle, Debian packages. Sourced by sh.

# Before there is Python there is no gettext: each sentence stands here in English and in Vietnamese.
in_words() { case "${LC_ALL:-${LANG:-en}}" in vi*) printf '%s\n' "$2" ;; *) printf '%s\n' "$1" ;; esac; }
say() { printf '\033[1m%s\033[0m\n' "$(in_words "$1" "$2")"; }
fail() { in_words "$1" "$2" >&2; exit 1; }

find_python() {
    PYTHON=
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            PYTHON=$(command -v "$name")
            return
        fi
    done
    fail "Cityglass needs Python 3.11 or later, and none was found. On Debian or Ubuntu: apt-get install python3" \
        "Cityglass cần Python 3.11 trở lên nhưng không tìm thấy. Trên Debian hoặc Ubuntu: apt-get install python3"
}

# uv where it is found; else uv in an environment of our own.
find_uv() {
    if command -v uv >/dev/null 2>&1; then
        UV=uv
        return
    fi
    UV=.uv/bin/uv
    [ -x "$UV" ] && return
    say "Preparing a Python environment" "Đang chuẩn bị môi trường Python"
    rm -rf .uv
    if ! "$PYTHON" -m venv .uv 2>/dev/null; then
        version=$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            say "Installing $version" "Đang cài $version"
            apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$version" >/dev/null
            rm -rf .uv
            "$PYTHON" -m venv .uv
        else
            fail "Python lacks its venv module. Please install it: sudo apt-get install $version" \
                "Python thiếu mô-đun venv. Hãy cài: sudo apt-get install $version"
        fi
    fi
    .uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r deploy/uv.txt
}

# The locked packages, once for each lock; a start without a change asks no network.
install_locked() {
    groups="$*"
    node_is_here || groups="$groups --group bundle"
    stamp=$( (cat uv.lock; echo "$groups") | sha256sum | cut -d' ' -f1)
    if [ -x .venv/bin/python ] && grep -qsx "$stamp" .venv/cityglass-stamps; then
        return
    fi
    find_uv
    say "Installing the locked Python packages (the first time this downloads about 200 MB)" \
        "Đang cài các gói Python đã khóa phiên bản (lần đầu tải khoảng 200 MB)"
    # --inexact keeps what ./test installed when ./run follows; the lock still decides every version
    # shellcheck disable=SC2086
    "$UV" sync --frozen --inexact --python "$PYTHON" $groups ||
        fail "The Python packages could not be installed; the lines above say why. Check the network and try again." \
            "Không cài được các gói Python; các dòng trên cho biết lý do. Hãy kiểm tra mạng rồi thử lại."
    echo "$stamp" >>.venv/cityglass-stamps
}

node_is_here() {
    command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 &&
        node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20)' 2>/dev/null
}

build_bundle() {
    .venv/bin/python -m components.bundle build ||
        fail "The map could not be built; the lines above say why." "Không dựng được bản đồ; các dòng trên cho biết lý do."
}

# Debian packages that the tests use for real; root gets them, others are told.
install_test_programs() {
    missing=
    command -v mosquitto >/dev/null 2>&1 || [ -x /usr/sbin/mosquitto ] || missing="$missing mosquitto"
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
    fc-list 2>/dev/null | grep -qi noto || missing="$missing fonts-noto-core"
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing$missing" "Đang cài$missing"
        apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        for package in $missing; do
            say "Missing: $package (its tests are skipped). To install it: sudo apt-get install $package" \
                "Thiếu: $package (các bài kiểm tra cần nó bị bỏ qua). Để cài: sudo apt-get install $package"
        done
    fi
}
