#!/bin/sh
# Installs what the tests need from Debian, when it is missing and we are root; says what to install otherwise.
set -eu
need=""
command -v chromium >/dev/null || need="$need chromium"
test -x /usr/sbin/mosquitto || need="$need mosquitto"
command -v openssl >/dev/null || need="$need openssl"
test -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc || need="$need fonts-noto-cjk"
test -n "$need" || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "The tests need these Debian packages:$need" >&2
    echo "Install them with: sudo apt-get install --no-install-recommends$need" >&2
    exit 1
fi
echo "installing$need" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The packages start no services here: policy-rc.d refuses them, and tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
# shellcheck disable=SC2086  one word a package
apt-get install -y -qq --no-install-recommends $need >/dev/null
