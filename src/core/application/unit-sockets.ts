import { type HandedSocket, handedSocketText, socketPlace, standardInput } from "./handed-socket.ts";
import { madeDirectoryText } from "./made-directory.ts";
import type { Note } from "./note.ts";
import type { SocketUnit } from "./socket-unit.ts";

export type SocketNoteCode =
	/** {sockets}: opened before the application starts, and handed over. */
	| "unit-sockets-passed"
	/** {sockets}: the application is started for each connection. */
	| "unit-connections"
	/** {sockets}: cannot be handed over here. */
	| "unit-sockets-unsupported"
	/** {socket}: starts one process for each connection, which gets it as a descriptor. */
	| "unit-per-connection";

export interface Activation {
	readonly sockets: readonly string[];
	readonly note?: Note<SocketNoteCode>;
	/** Where unix sockets will be: systemd makes these directories as well, for root. */
	readonly directories: readonly string[];
	/** False where it cannot be started by hand as it stands. */
	readonly startable: boolean;
}

/** What a service says of its sockets. */
export interface AskedSockets {
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
