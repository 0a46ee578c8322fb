import type { Note } from "../base/failure.ts";
import { createdDirectoryText } from "./created-directory.ts";
import { nonBlocking, type PassedSocket, passedSocketText, socketOptions, socketPlace, standardInput } from "./passed-socket.ts";
import { expandSpecifiers, type MachineSpecifiers, parseUnitName, parseUnitText, presentName, splitWords } from "./unit-text.ts";

/** The parts of a .socket unit that concern its service (systemd.socket(5)). */
export interface SocketUnit {
	/** `ssh.socket` */
	readonly name: string;
	/** The service that receives the sockets; with `Accept=yes` the template with one instance a connection. */
	readonly service: string;
	/** Each connection starts an instance of the service. */
	readonly accept: boolean;
	readonly listens: readonly SocketAddress[];
	/** Settings of all its sockets: name, owner, modes and options. */
	readonly settings: Omit<PassedSocket, "kind" | "address">;
	/** A target wants it, so systemd listens from boot. */
	readonly enabled: boolean;
}

export interface SocketAddress {
	/** `other` is a FIFO, message queue, netlink socket or device; only systemd opens those for other programs. */
	readonly kind: PassedSocket["kind"] | "other";
	/** In systemd's form: a path, `@abstract`, a port, `ADDRESS:PORT`. */
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

/** Parses a socket unit and its drop-ins. Never throws; ignores invalid values. */
export function parseSocketUnit(
	fullName: string,
	texts: readonly string[],
	enabled: boolean,
	machine: MachineSpecifiers = {},
): SocketUnit {
	const name = parseUnitName(fullName);
	let listens: SocketAddress[] = [];
	let service = "";
	// SocketMode= defaults to 0666. A descriptor name cannot contain a colon.
	let settings: SocketUnit["settings"] = { name: fullName, mode: 0o666, directoryMode: 0o755, options: [] };
	for (const assignment of texts.flatMap((text) => parseUnitText(text).assignments)) {
		if (assignment.section !== "Socket") continue;
		const value = expandSpecifiers(assignment.value, name, machine);
		const kind = Object.hasOwn(kinds, assignment.name) ? kinds[assignment.name] : undefined;
		if (kind !== undefined) {
			// An empty assignment resets all earlier ones of every kind.
			if (value === "") listens = [];
			// A socket is not created through a link, which a cage may lack.
			else listens.push({ kind, address: presentName(splitWords(value)?.[0] ?? value) });
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
	/** {sockets}: opened before the application starts, and passed to it. */
	| "unit-sockets-passed"
	/** {sockets}: the application starts for each connection. */
	| "unit-connections"
	/** {sockets}: kinds that cannot be passed here. */
	| "unit-sockets-unsupported"
	/** {socket}: it starts a process for each connection, which receives it as a descriptor. */
	| "unit-per-connection";

interface Activation {
	readonly sockets: readonly string[];
	readonly note?: Note<SocketNoteCode>;
	/** Directories of unix sockets, which systemd also creates, owned by root. */
	readonly directories: readonly string[];
	/** False if it cannot be started manually unchanged. */
	readonly startable: boolean;
}

/** A service's settings about its sockets. */
interface ServiceSockets {
	/** Sockets= */
	readonly sockets: readonly string[];
	/** Requires=. Only socket units whose Service= is this service pass sockets to it. */
	readonly requiredSockets: readonly string[];
	/** StandardInput=socket */
	readonly nonBlocking: boolean;
	readonly readsSocket: boolean;
}

/** Returns whether systemd passes the sockets of this unit, which belongs to the service, when the service starts. */
export function isPassed(
	{ enabled, name }: SocketUnit,
	{ requiredSockets, sockets }: Pick<ServiceSockets, "requiredSockets" | "sockets">,
): boolean {
	return enabled || sockets.includes(name) || requiredSockets.includes(name);
}

/** Returns the sockets that systemd would open for a service; the launcher opens the same. `units` are the service's. */
export function activate(requested: ServiceSockets, units: readonly SocketUnit[], made: readonly string[]): Activation {
	const plain = { sockets: [], directories: [], startable: true };
	const perConnection = units.find(({ accept }) => accept);
	// Unless it reads from standard input, it would receive the connection as a descriptor under a process id that is not known
	// in advance.
	if (perConnection !== undefined && !requested.readsSocket) {
		const note = { code: "unit-per-connection", values: { socket: perConnection.name } } as const;
		return { ...plain, startable: false, note };
	}
	const used = perConnection ? [perConnection] : units.filter((unit) => isPassed(unit, requested));
	const unknown = requested.sockets.filter((name) => !used.some((unit) => unit.name === name));
	if (used.length + unknown.length === 0) return plain;
	const note = (code: SocketNoteCode) => ({ code, values: { sockets: [...used.map(({ name }) => name), ...unknown].join(" ") } });
	const listens = used.flatMap(({ listens, settings }) => listens.map((listen) => ({ ...settings, ...listen })));
	const sockets = listens.flatMap((listen): PassedSocket[] => {
		const { address, kind } = listen;
		const ofService = [
			...(requested.nonBlocking ? ([nonBlocking] as const) : []),
			...(requested.readsSocket && !perConnection ? ([standardInput] as const) : []),
		];
		const options = [...listen.options, ...ofService];
		return kind === "other" || socketPlace(address) === undefined ? [] : [{ ...listen, kind, options }];
	});
	if (unknown.length > 0 || sockets.length !== listens.length || !sockets.length) {
		return { ...plain, startable: false, note: note("unit-sockets-unsupported") };
	}
	const known = new Set(made);
	return {
		sockets: sockets.map(passedSocketText),
		note: note(perConnection ? "unit-connections" : "unit-sockets-passed"),
		directories: sockets.flatMap((socket) => {
			const place = socketPlace(socket.address);
			const path = place?.family === "unix" ? place.path.slice(0, place.path.lastIndexOf("/")) : "";
			return path === "" || known.has(path)
				? []
				: [createdDirectoryText({ path, mode: socket.directoryMode, owner: "root:root" })];
		}),
		startable: true,
	};
}
