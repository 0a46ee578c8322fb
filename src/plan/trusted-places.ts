/** A place of the host that is more than data. */
export interface TrustedPlace {
	/** Absolute, separated by blanks. `*` stands for any characters of one name. */
	readonly paths: string;
	/** Manual page or standard that says what happens with files there. */
	readonly source: string;
}

/** Configuration of one kind in the four directories that systemd's tools read. */
const configured = (...names: readonly string[]) =>
	names.flatMap((name) => ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((top) => `${top}/${name}`)).join(" ");

/**
 * Places whose files the host executes, or from which it decides who may do what. Whoever writes there becomes root or another
 * account. Specific places come before those that contain them.
 */
export const executedPlaces: readonly TrustedPlace[] = [
	// Services, timers, and commands at boot, shutdown and sleep.
	{ paths: configured("systemd"), source: "systemd.unit(5)" },
	{ paths: "/lib/systemd", source: "systemd.unit(5)" },
	{ paths: "/var/lib/systemd/linger", source: "loginctl(1)" },
	{ paths: "/var/lib/systemd/deb-systemd-*", source: "deb-systemd-helper(1p)" },
	{ paths: `${configured("tmpfiles.d")} /etc/user-tmpfiles.d`, source: "tmpfiles.d(5)" },
	{ paths: configured("sysusers.d"), source: "sysusers.d(5)" },
	{ paths: configured("binfmt.d"), source: "binfmt.d(5)" },
	{ paths: configured("environment.d"), source: "environment.d(5)" },
	{ paths: configured("sysctl.d"), source: "sysctl.d(5)" },
	{ paths: "/etc/sysctl.conf", source: "sysctl.conf(5)" },
	{ paths: "/etc/init.d /etc/rc.local /etc/rc.d /etc/rc*.d /etc/inittab /etc/init", source: "init(8)" },
	{ paths: "/etc/default /etc/sysconfig /etc/conf.d", source: "Debian Policy 9.3.2" },
	{ paths: "/etc/inetd.conf /etc/inetd.d /etc/xinetd.conf /etc/xinetd.d", source: "inetd(8)" },
	{ paths: "/etc/acpi /etc/pm /etc/apm", source: "acpid(8)" },
	{ paths: "/etc/supervisor /etc/supervisord.conf /etc/supervisord.d", source: "supervisord(1)" },
	{ paths: "/etc/monit", source: "monit(1)" },
	{ paths: "/etc/cloud /var/lib/cloud", source: "cloud-init(1)" },
	{ paths: "/etc/puppet /etc/puppetlabs /opt/puppetlabs /var/lib/puppet", source: "puppet(8)" },
	// Jobs.
	{ paths: "/etc/cron* /var/spool/cron /var/spool/incron /etc/incron.d", source: "cron(8)" },
	{ paths: "/etc/anacrontab /var/spool/anacron", source: "anacron(8)" },
	{ paths: "/etc/at.allow /etc/at.deny /var/spool/at /var/spool/atjobs /var/spool/atspool", source: "at(1)" },
	{ paths: "/etc/logrotate.conf /etc/logrotate.d", source: "logrotate(8)" },
	// Shells, and interpreters that root starts.
	{ paths: "/etc/profile /etc/profile.d /etc/bash* /usr/share/bash-completion", source: "bash(1)" },
	{
		paths: "/etc/zsh* /etc/zprofile /etc/zlog* /etc/csh* /etc/ksh* /etc/mkshrc /etc/fish /usr/share/zsh /usr/share/fish",
		source: "zsh(1)",
	},
	{ paths: "/etc/environment /etc/security", source: "pam_env(8)" },
	{ paths: "/etc/skel", source: "useradd(8)" },
	{ paths: "/etc/shells /etc/login.defs /etc/adduser* /etc/deluser*", source: "shells(5)" },
	{ paths: "/etc/perl /usr/share/perl* /usr/local/share/perl", source: "perlrun(1)" },
	{ paths: "/etc/python* /usr/share/python* /etc/ruby /usr/share/ruby* /etc/php* /usr/share/php", source: "FHS 4.11" },
	{ paths: "/etc/vim /etc/vimrc /etc/emacs /etc/gdb /etc/gitconfig /etc/screenrc /etc/tmux.conf", source: "vim(1)" },
	{ paths: "/etc/mailcap /etc/aliases*", source: "aliases(5)" },
	// Who is who, and who may do what.
	{ paths: "/etc/passwd* /etc/shadow* /etc/group* /etc/gshadow* /etc/subuid* /etc/subgid*", source: "passwd(5)" },
	{ paths: "/etc/nsswitch.conf /etc/nss*", source: "nsswitch.conf(5)" },
	{ paths: "/etc/hosts /etc/hosts.allow /etc/hosts.deny /etc/resolv.conf /etc/host.conf /etc/gai.conf", source: "hosts(5)" },
	{ paths: "/etc/sudo* /run/sudo /var/lib/sudo /var/db/sudo", source: "sudoers(5)" },
	{ paths: "/etc/doas.conf /etc/doas.d", source: "doas.conf(5)" },
	{
		paths: "/etc/polkit-1 /run/polkit-1 /var/lib/polkit-1 /usr/share/polkit-1 /usr/local/share/polkit-1",
		source: "polkit(8)",
	},
	{ paths: "/etc/pam* /var/lib/pam /usr/lib/pam.d /lib/security", source: "pam(7)" },
	{ paths: "/etc/securetty /etc/nologin /etc/opasswd /var/lib/AccountsService", source: "login(1)" },
	{ paths: "/etc/selinux /var/lib/selinux /etc/apparmor* /var/cache/apparmor /etc/audit", source: "apparmor(7)" },
	{ paths: "/etc/ssh /etc/dropbear", source: "sshd(8)" },
	{
		paths: "/etc/ssl/certs /etc/ca-certificates* /usr/local/share/ca-certificates /etc/pki",
		source: "update-ca-certificates(8)",
	},
	{ paths: "/root", source: "FHS 3.14" },
	{ paths: "/run/user", source: "file-hierarchy(7)" },
	// The kernel. /proc, /sys and /dev are never mounted at all (areas.ts).
	{ paths: `${configured("udev")} /lib/udev`, source: "udev(7)" },
	{ paths: `${configured("modprobe.d", "depmod.d")} /etc/modprobe.conf`, source: "modprobe.d(5)" },
	{ paths: `${configured("modules-load.d")} /etc/modules`, source: "modules-load.d(5)" },
	{ paths: "/lib/modules /usr/lib/modules /lib/firmware /usr/lib/firmware", source: "modprobe(8)" },
	{ paths: "/etc/dkms /var/lib/dkms /usr/src", source: "dkms(8)" },
	{ paths: "/boot /efi /etc/kernel /etc/grub* /etc/default/grub", source: "kernel-install(8)" },
	{ paths: "/etc/initramfs-tools /usr/share/initramfs-tools /var/lib/initramfs-tools", source: "initramfs-tools(7)" },
	{ paths: "/etc/dracut* /etc/mkinitcpio* /run/initramfs", source: "dracut.conf(5)" },
	{ paths: "/etc/fstab /etc/crypttab /etc/mdadm* /etc/lvm /etc/multipath* /etc/auto.*", source: "fstab(5)" },
	// The loader, programs and libraries.
	{ paths: "/etc/ld.so.* /var/cache/ldconfig /etc/ld-musl-*", source: "ld.so(8)" },
	{ paths: "/lib /lib32 /lib64 /libx32 /usr/lib /usr/lib32 /usr/lib64 /usr/libx32", source: "ld.so(8)" },
	{ paths: "/usr/local/lib /usr/local/lib32 /usr/local/lib64 /usr/local/libx32", source: "ld.so(8)" },
	{ paths: "/bin /sbin /usr/bin /usr/sbin /usr/games", source: "FHS 4.4" },
	{ paths: "/usr/local/bin /usr/local/sbin /usr/local/games", source: "FHS 4.9" },
	{ paths: "/usr/libexec /usr/local/libexec", source: "FHS 4.7" },
	{ paths: "/usr/share/dbus-1 /usr/local/share/dbus-1 /etc/dbus-1 /run/dbus-1 /run/dbus", source: "dbus-daemon(1)" },
	{
		paths: "/usr/share/xsessions /usr/share/wayland-sessions /usr/share/applications /usr/share/X11 /etc/X11 /etc/xdg",
		source: "Xsession(5)",
	},
	{ paths: "/etc/gdm* /var/lib/gdm* /etc/lightdm /etc/sddm*", source: "lightdm(1)" },
	{ paths: "/nix /gnu", source: "nix-store(1)" },
	{ paths: "/etc/alternatives /var/lib/alternatives", source: "update-alternatives(1)" },
	// Packages.
	{ paths: "/etc/dpkg /var/lib/dpkg /usr/share/dpkg", source: "dpkg(1)" },
	{ paths: "/etc/apt /var/lib/apt /var/cache/apt", source: "apt.conf(5)" },
	{ paths: "/var/cache/debconf /usr/share/debconf /etc/debconf.conf /var/lib/ucf /etc/ucf.conf", source: "debconf(7)" },
	{ paths: "/etc/rpm /var/lib/rpm", source: "rpm(8)" },
	{ paths: "/etc/dnf /var/lib/dnf /var/cache/dnf /var/cache/libdnf5 /var/lib/libdnf5", source: "dnf(8)" },
	{ paths: "/etc/yum* /var/lib/yum /var/cache/yum", source: "yum(8)" },
	{ paths: "/etc/zypp /var/cache/zypp", source: "zypper(8)" },
	{ paths: "/etc/pacman* /var/lib/pacman /var/cache/pacman", source: "pacman(8)" },
	{ paths: "/etc/apk /lib/apk /var/cache/apk", source: "apk(8)" },
	{ paths: "/snap /var/lib/snapd /var/snap", source: "snap(8)" },
	{ paths: "/var/lib/flatpak", source: "flatpak(1)" },
	{ paths: "/etc/needrestart /etc/update-manager /var/lib/update-notifier", source: "needrestart(1)" },
	// Hooks of the network and of a login.
	{ paths: "/etc/network /run/network /etc/netplan /run/netplan", source: "interfaces(5)" },
	{ paths: "/etc/NetworkManager /run/NetworkManager /var/lib/NetworkManager", source: "NetworkManager-dispatcher(8)" },
	{ paths: "/etc/networkd-dispatcher", source: "networkd-dispatcher(8)" },
	{ paths: "/etc/dhcp* /etc/dhclient*", source: "dhclient-script(8)" },
	{ paths: "/etc/ppp", source: "pppd(8)" },
	{ paths: "/etc/resolvconf* /run/resolvconf", source: "resolvconf(8)" },
	{ paths: "/etc/wpa_supplicant /etc/ifplugd", source: "wpa_supplicant(8)" },
	{ paths: "/etc/nftables* /etc/iptables* /etc/firewalld /etc/ufw", source: "nft(8)" },
	{ paths: "/etc/update-motd.d /run/motd.d /run/motd.dynamic", source: "update-motd(5)" },
	// Containers, machines and extensions of the host, which run as root.
	{ paths: "/etc/docker /var/lib/docker /run/docker", source: "dockerd(8)" },
	{ paths: "/etc/containerd /var/lib/containerd /run/containerd /opt/containerd", source: "containerd(8)" },
	{
		paths: "/etc/containers /var/lib/containers /run/containers /run/podman /run/libpod /etc/crio /run/crio",
		source: "podman(1)",
	},
	{ paths: "/etc/kubernetes /var/lib/kubelet /etc/cni /opt/cni /var/lib/rancher /etc/rancher", source: "kubelet(1)" },
	{ paths: "/etc/lxc /var/lib/lxc /var/lib/lxd /run/lxd /var/lib/incus /run/incus", source: "lxc(7)" },
	{ paths: "/etc/libvirt /var/lib/libvirt /run/libvirt", source: "libvirtd(8)" },
	{ paths: "/var/lib/machines", source: "systemd-nspawn(1)" },
	{ paths: "/etc/portables /run/portables /var/lib/portables", source: "portablectl(1)" },
	{
		paths: "/etc/extensions /run/extensions /var/lib/extensions /run/confexts /var/lib/confexts",
		source: "systemd-sysext(8)",
	},
	{ paths: "/etc/cockpit /run/cockpit", source: "cockpit-ws(8)" },
];

/** Places of persons and of other services. A service may need to write there, but only if the administrator names them. */
export const othersPlaces: readonly TrustedPlace[] = [
	{ paths: "/home", source: "FHS 3.8" },
	{ paths: "/var/mail /var/spool/mail", source: "FHS 5.11" },
	{ paths: "/var/log/journal /var/log/audit /var/log/wtmp /var/log/btmp", source: "FHS 5.10" },
	{ paths: "/opt/*/bin /opt/*/sbin /opt/*/lib /opt/bin", source: "FHS 3.13" },
	{ paths: "/usr/share /usr/include", source: "FHS 4.11" },
	{ paths: "/usr/local", source: "FHS 4.9" },
	{ paths: "/etc", source: "FHS 3.7" },
];

/**
 * Real paths of sockets whose service starts programs outside the cage, or changes the machine, for whoever may connect. A
 * read-only mount does not stop a connection.
 */
const controlSockets = new Set([
	"/run/systemd/private",
	"/run/udev/control",
	"/run/snapd.socket",
	"/run/supervisor/supervisor.sock",
	"/run/supervisor.sock",
	"/run/cockpit/session",
]);
/** root needs no permission of polkit. */
const controlSocketsForRoot = new Set(["/run/dbus/system_bus_socket"]);
const controlSocketNames =
	/\/((docker|containerd|podman|buildkitd|crio|cri-dockerd|dockershim|guestagent)\.sock|(libvirt|virt\w+)-sock(-admin)?|(lxd|incus)\/unix\.socket|systemd\/private|io\.systemd\.Manager)$/;

/** Whether who talks to this socket (a real path) as `uid` controls the machine. */
export function controlsMachine(path: string, uid: number): boolean {
	return controlSockets.has(path) || controlSocketNames.test(path) || (uid === 0 && controlSocketsForRoot.has(path));
}
