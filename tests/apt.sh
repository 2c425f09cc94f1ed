#!/bin/sh
# Installs what the tests need from Debian, when it is missing and we are root; says what to install otherwise.
# With the argument "bench": what the benchmarks of cameras and of devices need besides.
set -eu
need=""
command -v chromium >/dev/null || need="$need chromium"
test -x /usr/sbin/mosquitto || need="$need mosquitto"
command -v openssl >/dev/null || need="$need openssl"
test -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc || need="$need fonts-noto-cjk"
if [ "${1:-}" = bench ]; then
    for package in motion python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base \
        gstreamer1.0-plugins-good gstreamer1.0-plugins-bad collectd-core libmosquitto1 libpq5; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || need="$need $package"
    done
fi
test -n "$need" || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "Needed are these Debian packages:$need" >&2
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
