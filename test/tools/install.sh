#!/usr/bin/env bash
# Installs what `npm run test:tools` runs: the tools of a gateway, as Debian ships them. Needs root.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update -q
apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends \
  shellcheck libreswan iptables iproute2 cloud-init systemd python3 curl procps sudo
