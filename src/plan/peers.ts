import type { Files, User } from "../base/machine/facts.ts";
import { type Path, parent } from "../base/path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { type AccountRules, isLeftOut } from "./accounts.ts";
import { isLibraryDirectory, isSharedObject } from "./areas.ts";
import { configurationLines, readConfiguration } from "./configuration.ts";
import { importedSymbols } from "./elf/elf.ts";
import { placeOf } from "./links.ts";
import type { OfferedSocket, PlannedPeer } from "./plan.ts";

interface PeersInput {
	/** The application's. */
	readonly command: readonly string[];
	readonly sockets: readonly OfferedSocket[];
	readonly trace: Trace;
	readonly files: Files;
	readonly users: readonly User[];
	/** Names of accounts with processes when the application was traced. */
	readonly active: readonly string[];
	/** Accounts that the cage knows anyway. */
	readonly known: readonly { readonly name: string; readonly uid: number }[];
	readonly rules: AccountRules;
}

/** Both find the name of a number (getpwnam(3)). A service asks the kernel for its client's number (SO_PEERCRED in unix(7)). */
const lookUps = ["getpwuid", "getpwuid_r"];
/** Daemons keep accounts that nobody may log in as with one of these. */
const closedShell = /\/(nologin|false|sync|halt|shutdown)$/;

/**
 * Decides whose names a service needs because they may be its clients. Only a service that offers a unix socket and can look up a
 * number's name gets any. It gets no home, no shell, no comment and no group, so a name gives nobody a right.
 */
export function planPeers(input: PeersInput): PlannedPeer[] {
	const { active, known, rules, users } = input;
	if (!input.sockets.length || !canLookUp(input)) return [];
	const configured = wordsOfConfiguration(input);
	const reasonOf = ({ name, shell, uid }: User): PlannedPeer["reason"] | undefined => {
		if (uid === 0) return "root";
		if (configured.has(name)) return "configured";
		if (active.includes(name)) return "active";
		return closedShell.test(shell) ? undefined : "logs-in";
	};
	return users.flatMap((user): PlannedPeer[] => {
		const { gid, name, uid } = user;
		const isKnown = known.some((one) => one.name === name || one.uid === uid);
		const reason = isKnown || isLeftOut(rules, "user", name) ? undefined : reasonOf(user);
		return reason === undefined ? [] : [{ name, uid, gid, reason }];
	});
}

/** Line of passwd(5). */
export function peerLine({ gid, name, uid }: PlannedPeer): string {
	return `${name}:x:${uid}:${gid}::/nonexistent:/usr/sbin/nologin\n`;
}

/** Whether a program that listens, or a plug-in that it loaded, can find the name of a number. */
function canLookUp({ files, trace }: PeersInput): boolean {
	const plugIns = [...trace.accesses.values()].filter(
		({ path, succeeded }) => succeeded.has("read") && isSharedObject(path) && !isLibraryDirectory(parent(path)),
	);
	const programs = [...listeners(trace), ...plugIns.map(({ path }) => path)];
	return [...new Set(programs.map((path) => placeOf(path, files)))].some((path) => {
		const symbols = files.inspect(path, importedSymbols);
		return lookUps.some((name) => symbols?.has(name));
	});
}

function listeners({ accesses }: Trace): Set<Path> {
	const listened = [...accesses.values()].filter(({ succeeded }) => succeeded.has("listen"));
	return new Set(listened.flatMap(({ programs }) => [...programs]));
}

/** Words of the configuration that the listening programs read, without comments. */
function wordsOfConfiguration({ command, files, trace }: PeersInput): Set<string> {
	const programs = listeners(trace);
	const read = readConfiguration(trace, command).filter((path) =>
		[...(trace.accesses.get(path)?.programs ?? [])].some((one) => programs.has(one)),
	);
	const lines = read.flatMap((path) => configurationLines(placeOf(path, files), files));
	return new Set(lines.flatMap((line) => line.match(/[A-Za-z_][\w.-]*/g) ?? []));
}
