import { type HandedSocket, socketOptions } from "./handed-socket.ts";
import { expandSpecifiers, type MachineSpecifiers, parseUnitName } from "./unit-specifiers.ts";
import { parseUnitText, splitWords } from "./unit-text.ts";

/** A .socket unit, as far as the service behind it is concerned (systemd.socket(5)). */
export interface SocketUnit {
	/** `ssh.socket` */
	readonly name: string;
	/** The service that gets the sockets; with `Accept=yes` the template of which each connection gets an instance. */
	readonly service: string;
	/** Each connection starts a service of its own. */
	readonly accept: boolean;
	readonly listens: readonly SocketAddress[];
	/** What all of them have in common: name, owner, modes and options. */
	readonly settings: Omit<HandedSocket, "kind" | "address">;
	/** A target wants it, so that systemd listens from the boot on. */
	readonly enabled: boolean;
}

export interface SocketAddress {
	/** `other` is a FIFO, a message queue, a netlink socket or a device, which no program but systemd opens for another. */
	readonly kind: HandedSocket["kind"] | "other";
	/** As systemd writes it: a path, `@abstract`, a port, `ADDRESS:PORT`. */
	readonly address: string;
}

const kinds: Readonly<Record<string, SocketAddress["kind"]>> = {
	ListenStream: "stream",
	ListenDatagram: "datagram",
	ListenSequentialPacket: "seqpacket",
	ListenFIFO: "other",
	ListenSpecial: "other",
	ListenNetlink: "other",
	ListenMessageQueue: "other",
	ListenUSBFunction: "other",
};

/** Reads a socket unit from its file and drop-ins; like a service it never fails, and what cannot be read is passed over. */
export function parseSocketUnit(
	fullName: string,
	texts: readonly string[],
	enabled: boolean,
	machine: MachineSpecifiers = {},
): SocketUnit {
	const name = parseUnitName(fullName);
	let listens: SocketAddress[] = [];
	let service = "";
	// SocketMode= is 0666 in systemd, and a name cannot hold a colon.
	let settings: SocketUnit["settings"] = { name: fullName, mode: 0o666, directoryMode: 0o755, options: [] };
	for (const assignment of texts.flatMap((text) => parseUnitText(text).assignments)) {
		if (assignment.section !== "Socket") continue;
		const value = expandSpecifiers(assignment.value, name, machine).text;
		const kind = Object.hasOwn(kinds, assignment.name) ? kinds[assignment.name] : undefined;
		if (kind !== undefined) {
			// An empty one takes back all that came before, of every kind.
			if (value === "") listens = [];
			else listens.push({ kind, address: splitWords(value)?.[0] ?? value });
		} else if (assignment.name === "Service") service = value;
		else settings = withSetting(settings, assignment.name, value);
	}
	const stem = fullName.slice(0, -".socket".length);
	const accept = settings.options.includes("per-connection");
	const own = accept ? `${name.prefix}@.service` : `${stem}.service`;
	return { name: fullName, service: service || own, accept, listens, settings, enabled };
}

function withSetting(settings: SocketUnit["settings"], name: string, value: string): SocketUnit["settings"] {
	const mode = /^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) : undefined;
	if (name === "SocketMode" && mode !== undefined) return { ...settings, mode };
	if (name === "DirectoryMode" && mode !== undefined) return { ...settings, directoryMode: mode };
	if (name === "FileDescriptorName" && value !== "") return { ...settings, name: value };
	if (name === "SocketUser" && value !== "") return { ...settings, user: value };
	if (name === "SocketGroup" && value !== "") return { ...settings, group: value };
	if (!isSocketOption(name)) return settings;
	const option = socketOptions[name];
	const others = settings.options.filter((one) => one !== option);
	return { ...settings, options: /^(1|yes|y|true|t|on|ipv6-only)$/i.test(value) ? [...others, option] : others };
}

function isSocketOption(name: string): name is keyof typeof socketOptions {
	return Object.hasOwn(socketOptions, name);
}
