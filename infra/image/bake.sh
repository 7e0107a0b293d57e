#!/bin/bash
# Makes a machine with Debian 12 or 13 one that images of gateways are taken from; run as root, once, on a new machine.
# What a gateway installs at its first boot is then there already. It holds no configuration and no secret, and the
# setup of each gateway still checks that everything is there.
set -euo pipefail
packages=(libreswan iptables iproute2 curl python3)

export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends install "${packages[@]}"
# pluto starts when a gateway's own rules stand, never by itself.
systemctl disable --quiet ipsec.service || true

apt-get -qq clean
rm -rf /var/lib/apt/lists/*
# Each machine that is made from the image has its own.
rm -f /etc/ssh/ssh_host_* /etc/ipsec.d/*.db
truncate -s 0 /etc/machine-id
if command -v cloud-init >/dev/null; then cloud-init clean --logs; fi
if command -v waagent >/dev/null; then waagent -force -deprovision+user; fi
echo "Ready: deallocate and generalize this machine, and take its image."
