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
	/** Under which name the service finds them (sd_listen_fds_with_names(3)). */
	readonly descriptorName: string;
	/** A target wants it, so that systemd listens from the boot on. */
	readonly enabled: boolean;
}

export interface SocketAddress {
	/** `other` is a FIFO, a message queue, a netlink socket or a device, which no program but systemd opens for another. */
	readonly kind: "stream" | "datagram" | "seqpacket" | "other";
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
	let accept = false;
	let service = "";
	let descriptorName = fullName;
	for (const assignment of texts.flatMap((text) => parseUnitText(text).assignments)) {
		if (assignment.section !== "Socket") continue;
		const value = expandSpecifiers(assignment.value, name, machine).text;
		const kind = Object.hasOwn(kinds, assignment.name) ? kinds[assignment.name] : undefined;
		if (kind !== undefined) {
			// An empty one takes back all that came before, of every kind.
			if (value === "") listens = [];
			else listens.push({ kind, address: splitWords(value)?.[0] ?? value });
		} else if (assignment.name === "Accept") accept = /^(1|yes|y|true|t|on)$/i.test(value);
		else if (assignment.name === "Service") service = value;
		else if (assignment.name === "FileDescriptorName" && value !== "") descriptorName = value;
	}
	const stem = fullName.slice(0, -".socket".length);
	const own = accept ? `${name.prefix}@.service` : `${stem}.service`;
	return { name: fullName, service: service || own, accept, listens, descriptorName, enabled };
}
