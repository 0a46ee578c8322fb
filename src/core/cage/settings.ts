import type { Manifest } from "./manifest.ts";

/** Parts of a plan that are no files of the cage, but that the launcher reads from the manifest. */
export type Setting = "command" | "identity" | "writable" | "binds" | "accounts" | "openings";

export type Settings = Pick<Manifest, Setting>;

/** What says why something is there, or counts what is not there, is not compared: it changes nothing in the cage. */
export function settingsThatDiffer(a: Settings, b: Settings): Setting[] {
	const [was, is] = [compared(a), compared(b)];
	return (Object.keys(was) as Setting[]).filter((setting) => canonical(was[setting]) !== canonical(is[setting]));
}

function compared({ accounts, binds, command, identity, openings, writable }: Settings): Record<Setting, unknown> {
	return {
		command,
		identity,
		writable: writable.map(({ gid, mode, path, uid }) => [path, mode, uid, gid]),
		binds: binds.map(({ access, path }) => [path, access]),
		accounts: [
			accounts.users.map(({ gid, home, name, uid }) => [name, uid, gid, home]),
			accounts.groups.map(({ gid, members, name }) => [name, gid, members]),
			accounts.nameless ?? [],
		],
		openings: withoutWords(openings),
	};
}

/** What is open, without what showed the need: another trace may show it by another call. */
function withoutWords({ capabilities, executableData = [], refused: _, syslog, ...rest }: Settings["openings"]): unknown {
	return [
		capabilities.map(({ idle, name }) => (idle ? `${name} idle` : name)).sort(),
		syslog ?? null,
		Object.keys(rest).sort(),
		[...executableData].sort(),
	];
}

/** JSON with the keys of each object in order, so that two values compare by content. */
function canonical(value: unknown): string {
	return JSON.stringify(value, (_, part: unknown) =>
		part !== null && typeof part === "object" && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
			: part,
	);
}
