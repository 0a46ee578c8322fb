import type { Path } from "../path/path.ts";

/**
 * Sockets through which whoever reaches them rules the machine (containers, virtual machines, systemd, supervisors), that belong to the system's own
 * plumbing, or to a person's session: no cage gets them by itself. The name service cache is asked by libc before it goes on alone.
 */
const neverReached = [
	/docker|podman|containerd|crio|cri-|buildkit|balena|incus|lxd|libvirt|virt\w*d-|qemu|openvswitch|supervisor|fail2ban|tailscale|k3s|kube/,
	/gpg-agent|ssh-agent|tmux|\/screen\//,
	/^\/run\/(systemd|dbus|udev|user|nscd|snapd[^/]*|polkit)(\/|\.socket$)/,
	/^\/(root|home|var\/snap)\//,
];

/** Whether an application may talk to the service behind this socket of the host. A real path. */
export function isNeighbour(path: Path): boolean {
	return !neverReached.some((pattern) => pattern.test(path));
}
