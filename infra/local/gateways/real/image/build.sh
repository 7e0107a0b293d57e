#!/usr/bin/env bash
# Builds the disks of one Debian release, as root: MIRROR=<address> build.sh <suite> <folder> <package>...
# Leaves in the folder: bare.img (as a marketplace image, with cloud-init), baked.img (the packages installed as well),
# mirror/ (a repository with the packages and all that they need).
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
mkdir "$out/mirror"
cp "$root"/var/cache/apt/archives/*.deb "$out/mirror/"
(cd "$out/mirror" && dpkg-scanpackages -m . >Packages 2>/dev/null)

disk() { # <name>
  truncate -s 4G "$out/$1.img"
  mkfs.ext4 -q -F -m0 -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$out/$1.img"
}

# A guest finds the mirror alone.
rm -rf "$root"/var/lib/apt/lists/* "$root"/etc/apt/sources.list.d/* "$root"/var/cache/apt/archives/*.deb
echo "deb [trusted=yes] http://$MIRROR/ ./" >"$root/etc/apt/sources.list"
disk bare

mkdir "$root/packages"
cp "$out"/mirror/*.deb "$root/packages/"
in_root bash -c 'DEBIAN_FRONTEND=noninteractive apt-get -qq -y install /packages/*.deb'
rm -rf "$root/packages"
disk baked
