import type { Group, User } from "../../src/base/machine/facts.ts";

/** Accounts of a small Debian. One comment contains an escape sequence. */
const system: readonly (readonly [name: string, id: number])[] = [
	["root", 0],
	["daemon", 1],
	["bin", 2],
	["games", 5],
	["man", 6],
	["mail", 8],
	["www-data", 33],
	["backup", 34],
	["nobody", 65534],
	["a-service-with-a-rather-long-name", 990],
];

export const users: readonly User[] = [
	...system.map(([name, id]) => {
		const shell = name === "root" ? "/bin/bash" : "/usr/sbin/nologin";
		return { name, uid: id, gid: id, gecos: name, home: `/var/lib/${name}`, shell };
	}),
	{ name: "redis", uid: 114, gid: 119, gecos: "", home: "/var/lib/redis", shell: "/usr/sbin/nologin" },
	{ name: "eve", uid: 1000, gid: 1000, gecos: "\x1b[2J\u202e", home: "/home/eve", shell: "/bin/bash" },
];

export const groups: readonly Group[] = [
	...system.map(([name, id]) => ({ name, gid: id, members: [] })),
	{ name: "adm", gid: 4, members: ["eve", "redis"] },
	{ name: "redis", gid: 119, members: [] },
	{ name: "eve", gid: 1000, members: [] },
];

export const nsswitch =
	"# /etc/nsswitch.conf\npasswd:         files systemd\ngroup:          files systemd\nshadow:         files\nhosts:          files mdns4_minimal [NOTFOUND=return] dns\n";
