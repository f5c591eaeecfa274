#!/bin/sh
# Builds .venv from a bare Python 3.11: a pinned uv, then the whole lock, every file checked by its hash.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

is_311() { "$1" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1; }
has() { "$1" -c "import $2" >/dev/null 2>&1; }

# Every python on the PATH is tried: the first one may be a shim that finds nothing behind it.
find_python() {
    if [ -n "${PYTHON:-}" ]; then is_311 "$PYTHON" && printf '%s' "$PYTHON"; return; fi
    without_pip=
    for name in python3.11 python3 python; do
        rest=$PATH:
        while [ -n "$rest" ]; do
            found=${rest%%:*}/$name
            rest=${rest#*:}
            [ -x "$found" ] && is_311 "$found" || continue
            if has "$found" ensurepip; then printf '%s' "$found"; return; fi
            : "${without_pip:=$found}"
        done
    done
    [ -n "$without_pip" ] && printf '%s' "$without_pip"
}

python=$(find_python) || {
    say '找不到可用的 Python 3.11。Debian 12：apt-get install python3 python3-venv；或用 PYTHON=/路径/python3.11 make setup 指定。'
    say 'No usable Python 3.11. On Debian 12: apt-get install python3 python3-venv; or name one: PYTHON=/path/to/python3.11 make setup'
    exit 1
}

# Debian keeps ensurepip in a package of its own; where we may install it, we do.
add_ensurepip() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && [ "$(command -v "$1")" = /usr/bin/"${1##*/}" ] || return 1
    say "$1 缺少 ensurepip，正在安装 Debian 软件包 python3-venv… / $1 lacks ensurepip; installing Debian's python3-venv …"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
}

# Half a .venv, left by an interrupted run, is built again.
if ! is_311 .venv/bin/python || ! { has .venv/bin/python pip || has "$python" pip; }; then
    if has "$python" ensurepip; then
        "$python" -m venv --clear .venv
    elif has "$python" pip; then
        "$python" -m venv --clear --without-pip .venv
    elif add_ensurepip "$python"; then
        "$python" -m venv --clear .venv
    else
        say "$python 缺少 ensurepip。Debian 12：sudo apt-get install python3-venv，然后重试。"
        say "$python lacks ensurepip. On Debian 12: sudo apt-get install python3-venv, then try again."
        exit 1
    fi
fi

pip() {
    if has .venv/bin/python pip; then .venv/bin/python -m pip "$@"; else "$python" -m pip --python .venv/bin/python "$@"; fi
}
by_hash='--disable-pip-version-check --no-input --quiet --require-hashes --only-binary :all:'

# uv does not read pip's settings: hand it the index that pip was told to use.
index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$(pip config get global.index-url 2>/dev/null || true)}}
[ -z "$index" ] || export UV_DEFAULT_INDEX="$index"

say '安装依赖（按锁文件校验哈希）… / Installing what the lock names, each file by its hash …'
# shellcheck disable=SC2086
if pip install $by_hash -r requirements-uv.lock &&
    .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes --only-binary :all: \
        --compile-bytecode requirements-dev.lock; then
    :
else
    say 'uv 未能完成，改用 pip（较慢）… / uv did not finish; pip does it, more slowly …'
    pip install $by_hash -r requirements-dev.lock
fi
touch .venv/.complete
