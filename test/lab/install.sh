#!/usr/bin/env bash
# Installs what `npm run test:lab` runs: User-Mode Linux, and what builds its guests' disks. Needs root.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update -q
apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends \
  user-mode-linux dnsmasq-base mmdebstrap dpkg-dev e2fsprogs iproute2 iptables procps
