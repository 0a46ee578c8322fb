import type { Path } from "../path/path.ts";

/**
 * Sockets through which whoever reaches them rules the machine (containers, systemd), or that belong to the system's own plumbing: no cage
 * gets them by itself. The name service cache is asked by libc before it goes on alone.
 */
const neverReached = [
	/^\/run\/(docker|podman|containerd|crio|buildkit|libvirt|lxd|incus)(\/|\.sock$)/,
	/^\/run\/(systemd|dbus|udev|user|nscd|snapd[^/]*|polkit)(\/|\.socket$)/,
];

/** Whether an application may talk to the service behind this socket of the host. A real path. */
export function isNeighbour(path: Path): boolean {
	return !neverReached.some((pattern) => pattern.test(path));
}
