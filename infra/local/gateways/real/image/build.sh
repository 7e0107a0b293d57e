#!/usr/bin/env bash
# Builds the disks of one Debian release, as root: MIRROR=<url> BAKE=<script> build.sh <suite> <folder> <package>...
# Leaves in the folder: bare.img (as a marketplace image, with cloud-init), baked.img (baked by the script as well),
# mirror/ (a repository with the packages and all that they need), newer/ (one with a later Libreswan).
set -euo pipefail
suite=$1 out=$2
shift 2
recipe=$(cd "$(dirname "$0")" && pwd)
# The archive that this machine itself uses.
uri=$(apt-get indextargets --format '$(SITE)' 'Label: Debian' 'Created-By: Packages' | head -n 1)
root=$(mktemp -d "$out/root.XXXXXX")
trap 'rm -rf "$root"' EXIT

# What a marketplace image has of what matters here. Its own packages make it a gigabyte larger.
base=systemd-sysv,dbus,udev,kmod,iproute2,procps,curl,ca-certificates,netbase,cloud-init,python3
mmdebstrap --mode=root --variant=minbase --skip=check/empty --include="$base" "$suite" "$root" \
  "deb $uri $suite main"

in_root() { chroot "$root" "$@"; }

# How the lab reaches into a guest.
cp -r "$recipe/guest/." "$root/"
chmod 0755 "$root"/usr/local/sbin/lab-*
mkdir -p "$root/host" "$root/usr/lib/modules" "$root/var/lib/cloud/seed"
ln -s /host/seed "$root/var/lib/cloud/seed/nocloud"
echo '/dev/root / auto defaults 0 0' >"$root/etc/fstab"
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
in_root systemctl enable -q lab-share lab-network lab-jobs usr-lib-modules.mount
# UML has neither consoles to log in at nor hardware to look for, and nothing here is upgraded behind our back.
in_root systemctl mask -q getty@tty1 serial-getty@ttyS0 console-getty systemd-udev-trigger modprobe@ \
  apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd
in_root systemctl set-default -q multi-user.target

# The mirror: what apt would fetch on such a machine.
in_root apt-get -qq update
in_root apt-get -qq -y --no-install-recommends --download-only install "$@"
# What a gateway may be asked to have, where the release has it.
for wish in netdata-core netdata-plugins-bash netdata-web sudo; do
  if in_root apt-cache show "$wish" >/dev/null 2>&1; then
    in_root apt-get -qq -y --no-install-recommends --download-only install "$wish"
  fi
done
repository() { # <folder>
  (cd "$1" && dpkg-scanpackages -m . >Packages 2>/dev/null)
}
mkdir "$out/mirror" "$out/newer"
cp "$root"/var/cache/apt/archives/*.deb "$out/mirror/"
repository "$out/mirror"

# A later Libreswan is the same one under a later version: what an upgrade does is what its scripts do.
dpkg-deb -R "$out"/mirror/libreswan_*.deb "$out/newer/package"
sed -i 's/^Version: .*/&+lab1/' "$out/newer/package/DEBIAN/control"
dpkg-deb -b "$out/newer/package" "$out/newer/" >/dev/null
rm -r "$out/newer/package"
repository "$out/newer"

disk() { # <name>
  truncate -s 4G "$out/$1.img"
  mkfs.ext4 -q -F -m0 -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$out/$1.img"
}

# A guest finds the mirror alone.
rm -rf "$root"/var/lib/apt/lists/* "$root"/etc/apt/sources.list.d/* "$root"/var/cache/apt/archives/*.deb
echo "deb [trusted=yes] $MIRROR ./" >"$root/etc/apt/sources.list"
disk bare

mv "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.kept"
cp -r "$out/mirror" "$root/mirror"
echo 'deb [trusted=yes] file:/mirror ./' >"$root/etc/apt/sources.list"
in_root bash -s <"$BAKE" >/dev/null
mv "$root/etc/apt/sources.list.kept" "$root/etc/apt/sources.list"
rm -rf "$root/mirror"
disk baked
