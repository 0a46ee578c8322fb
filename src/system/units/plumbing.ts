import type { ServiceUnit } from "../../core/application/unit-file.ts";

/**
 * Services that keep the machine itself running. To cage them makes no sense: they manage devices, sessions, mounts and packages
 * of the host, and hardly any survives without it.
 */
const names = [
	/^systemd-/,
	/^(dbus|dbus-broker|dbus-org\..*|polkit|accounts-daemon|udisks2|upower|colord|rtkit-daemon|power-profiles-daemon|switcheroo-control)$/,
	/^(autovt|getty|serial-getty|container-getty|capsule|user|user-runtime-dir|session-.*|run-.*)@/,
	/^(console-getty|getty-static|emergency|rescue|debug-shell|display-manager|gdm3?|sddm|lightdm)$/,
	/^(initrd-|plymouth|dracut-|lvm2?-|lvm2|dm-event|blk-availability|mdadm|mdcheck|mdmonitor|multipath|iscsi|open-iscsi|cryptdisks|cryptsetup|zfs-)/,
	/^(kmod|modprobe@|udev|ldconfig|procps|sysctl|quota|rc-local|hwclock|fstrim|e2scrub|xfs_scrub|btrfs|fsck|system-update-cleanup)/,
	/^(apt-daily|apt-news|dpkg-db-backup|unattended-upgrades|packagekit|dnf-|logrotate|man-db|mlocate|plocate|ucf|snapd)/,
	/^(networking|ifup@|ifupdown|NetworkManager|wpa_supplicant|ModemManager|bluetooth|resolvconf|nftables|iptables|firewalld|ufw)/,
	/^(keyboard-setup|console-setup|setvtrgb|alsa-|x11-common|apparmor|auditd|selinux|cloud-|grub|kexec|kdump|secureboot|fwupd|smartd|smartmontools)/,
	/^(cron|crond|anacron|atd|acpid|irqbalance|thermald|haveged|rngd|qemu-guest-agent|open-vm-tools|vgauth|spice-vdagentd)$/,
];

/** True for services that are part of the system and no application. */
export function isPlumbing(unit: ServiceUnit): boolean {
	return unit.refuseManualStart || unit.onTerminal || !unit.defaultDependencies || isPlumbingName(unit.name.full);
}

/** The same by the name alone, for a unit that cannot be read. */
export function isPlumbingName(unit: string): boolean {
	const name = unit.replace(/\.service$/, "");
	return names.some((pattern) => pattern.test(name));
}
