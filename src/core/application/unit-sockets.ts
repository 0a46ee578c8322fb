import type { Note } from "../failure.ts";
import { type HandedSocket, handedSocketText, socketOptions, socketPlace, standardInput } from "./handed-socket.ts";
import { madeDirectoryText } from "./made-directory.ts";
import { expandSpecifiers, type MachineSpecifiers, parseUnitName, parseUnitText, splitWords } from "./unit-text.ts";

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

export type SocketNoteCode =
	/** {sockets}: opened before the application starts, and handed over. */
	| "unit-sockets-passed"
	/** {sockets}: the application is started for each connection. */
	| "unit-connections"
	/** {sockets}: cannot be handed over here. */
	| "unit-sockets-unsupported"
	/** {socket}: starts one process for each connection, which gets it as a descriptor. */
	| "unit-per-connection";

interface Activation {
	readonly sockets: readonly string[];
	readonly note?: Note<SocketNoteCode>;
	/** Where unix sockets will be: systemd makes these directories as well, for root. */
	readonly directories: readonly string[];
	/** False where it cannot be started by hand as it stands. */
	readonly startable: boolean;
}

/** What a service says of its sockets. */
interface AskedSockets {
	/** Sockets= */
	readonly sockets: readonly string[];
	/** Socket units of Requires=, which start with it. Only those that name the service as theirs hand anything over. */
	readonly requiredSockets: readonly string[];
	/** StandardInput=socket */
	readonly readsSocket: boolean;
}

/** Whether systemd hands the sockets of a unit, which belongs to the service, over when that starts. */
export function isHanded(
	{ enabled, name }: SocketUnit,
	{ requiredSockets, sockets }: Pick<AskedSockets, "requiredSockets" | "sockets">,
): boolean {
	return enabled || sockets.includes(name) || requiredSockets.includes(name);
}

/** The sockets that systemd would open for a service: the launcher opens the same. `units` are those that belong to the service. */
export function activate(asked: AskedSockets, units: readonly SocketUnit[], made: readonly string[]): Activation {
	const plain = { sockets: [], directories: [], startable: true };
	const perConnection = units.find(({ accept }) => accept);
	// Without a stream to read and to write it would get the connection as a descriptor, under a process id that nobody knows yet.
	if (perConnection !== undefined && !asked.readsSocket) {
		const note = { code: "unit-per-connection", values: { socket: perConnection.name } } as const;
		return { ...plain, startable: false, note };
	}
	const used = perConnection ? [perConnection] : units.filter((unit) => isHanded(unit, asked));
	const unknown = asked.sockets.filter((name) => !used.some((unit) => unit.name === name));
	if (used.length + unknown.length === 0) return plain;
	const note = (code: SocketNoteCode) => ({ code, values: { sockets: [...used.map(({ name }) => name), ...unknown].join(" ") } });
	const listens = used.flatMap(({ listens, settings }) => listens.map((listen) => ({ ...settings, ...listen })));
	const sockets = listens.flatMap((listen): HandedSocket[] => {
		const { address, kind } = listen;
		const options = [...listen.options, ...(asked.readsSocket && !perConnection ? ([standardInput] as const) : [])];
		return kind === "other" || socketPlace(address) === undefined ? [] : [{ ...listen, kind, options }];
	});
	if (unknown.length > 0 || sockets.length !== listens.length || !sockets.length) {
		return { ...plain, startable: false, note: note("unit-sockets-unsupported") };
	}
	const known = new Set(made);
	return {
		sockets: sockets.map(handedSocketText),
		note: note(perConnection ? "unit-connections" : "unit-sockets-passed"),
		directories: sockets.flatMap((socket) => {
			const place = socketPlace(socket.address);
			const path = place?.family === "unix" ? place.path.slice(0, place.path.lastIndexOf("/")) : "";
			return path === "" || known.has(path) ? [] : [madeDirectoryText({ path, mode: socket.directoryMode, owner: "root:root" })];
		}),
		startable: true,
	};
}
