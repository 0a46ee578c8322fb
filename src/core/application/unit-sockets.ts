import { baseName, type Path } from "../path/path.ts";
import type { Note } from "./note.ts";
import type { SocketUnit } from "./socket-unit.ts";

export type SocketNoteCode =
	/** {sockets}: systemd opens them, and the daemon can do that itself. */
	| "unit-sockets"
	/** {sockets}: systemd-socket-activate opens them and hands them over. */
	| "unit-sockets-passed"
	/** {sockets}: cannot be handed over here. */
	| "unit-sockets-unsupported"
	/** {socket}: starts one process for each connection. */
	| "unit-per-connection";

export interface Activation {
	readonly command: readonly string[];
	readonly note?: Note<SocketNoteCode>;
	/** Where unix sockets will lie: systemd makes these directories as well. */
	readonly directories: readonly string[];
	/** False where it cannot be started by hand as it stands. */
	readonly startable: boolean;
}

/**
 * Daemons that listen by themselves where nobody hands them a socket: then the sockets of systemd are one way of starting them, and
 * their own configuration says where to listen.
 */
const listenThemselves =
	/^(sshd|rsyslogd|avahi-daemon|dovecot|rpcbind|cupsd|mariadbd|mysqld|lighttpd|nginx|apache2|httpd|redis-server|valkey-server|unbound|named|haproxy|php-fpm.*|dnsmasq|chronyd|memcached|mosquitto|postgres|proftpd|vsftpd|in\.tftpd|rsync|tor|slapd|squid|varnishd)$/;

/**
 * How a service gets the sockets that systemd would open for it. Started by hand, there is none: a daemon that can opens its own; for any other
 * systemd-socket-activate(1) opens them, waits for the first connection and then becomes the daemon, with LISTEN_FDS set. It opens sockets of
 * one type in one run, and as the application's account, which may not have ports below 1024.
 */
export function activate(
	command: readonly string[],
	required: readonly string[],
	sockets: readonly SocketUnit[],
	env: Readonly<Record<string, string>>,
	startsAsRoot: boolean,
): Activation {
	const plain = { command, directories: [], startable: true };
	const perConnection = sockets.find(({ accept }) => accept);
	if (perConnection !== undefined) {
		const note = { code: "unit-per-connection", values: { socket: perConnection.name } } as const;
		return { ...plain, startable: false, note };
	}
	const used = sockets.filter(({ enabled, name }) => enabled || required.includes(name));
	const unknown = required.filter((name) => !used.some((socket) => socket.name === name));
	if (used.length + unknown.length === 0) return plain;
	const note = (code: SocketNoteCode) => ({
		code,
		values: { sockets: [...used.map(({ name }) => name), ...unknown].join(" ") },
	});
	if (listenThemselves.test(baseName((command[0] ?? "") as Path))) return { ...plain, note: note("unit-sockets") };

	const listens = used.flatMap((socket) => socket.listens.map((listen) => ({ ...listen, name: socket.descriptorName })));
	const kind = listens[0]?.kind;
	const fits = unknown.length === 0 && kind !== undefined && kind !== "other" && listens.every((listen) => listen.kind === kind);
	if (!fits || (!startsAsRoot && listens.some(({ address }) => isPrivileged(address)))) {
		return { ...plain, startable: false, note: note("unit-sockets-unsupported") };
	}
	return {
		command: [
			"/usr/bin/systemd-socket-activate",
			...(kind === "datagram" ? ["--datagram"] : kind === "seqpacket" ? ["--seqpacket"] : []),
			...listens.map(({ address }) => `--listen=${address}`),
			`--fdname=${listens.map(({ name }) => name).join(":")}`,
			// It passes on nothing but PATH, USER, HOME and TERM by itself.
			...["LANG", ...Object.keys(env)].map((name) => `--setenv=${name}`),
			...command,
		],
		note: note("unit-sockets-passed"),
		directories: listens.flatMap(({ address }) => {
			const directory = address.startsWith("/") ? address.slice(0, address.lastIndexOf("/")) : "";
			return directory === "" || directory === "/run" ? [] : [directory];
		}),
		startable: true,
	};
}

function isPrivileged(address: string): boolean {
	const port = /^(?:.*:)?(\d+)$/.exec(address)?.[1];
	return port !== undefined && !address.startsWith("/") && !address.startsWith("@") && Number(port) < 1024;
}
