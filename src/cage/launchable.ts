import { Failure } from "../base/failure.ts";
import type { Identity, User } from "../base/machine/facts.ts";
import { isWithin, join, normalise, type Path, parent, pathFromText, root } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { capabilityNamed } from "../confine/capabilities.ts";
import type { Permissions } from "../confine/permissions.ts";
import { journalDirectory } from "../confine/places.ts";
import { areaOf, isStateParent, mayBeBound, mayBeWritable } from "../plan/areas.ts";
import { refuseNestedBinds } from "../plan/binds.ts";
import { isMachine } from "../plan/devices.ts";
import type { Application, Bind } from "../service/application.ts";
import { parsePassedSocket } from "../service/passed-socket.ts";
import { separateDataName } from "./layout.ts";

/** Facts about this machine that decide about a launch. */
export interface LaunchFacts {
	readonly users: readonly User[];
	/** Real path of the host's syslog socket; undefined if there is none. */
	readonly logSocket: Path | undefined;
	/** Real path of the state folder. No cage may see it, because it holds all cages and what root does with them. */
	readonly stateFolder: Path;
}

/** Everything that a launch takes from a cage's manifest and description. */
interface LaunchValues {
	readonly identity: Identity;
	readonly permissions: Permissions;
	readonly binds: readonly Bind[];
	/** Paths in the cage. */
	readonly writable: readonly Path[];
	readonly devices: readonly (DeviceNumbers & { readonly path: Path })[];
	readonly application: Pick<Application, "command" | "cwd" | "env" | "sockets">;
}

interface DeviceNumbers {
	readonly type: "c" | "b";
	readonly major: number;
	readonly minor: number;
}

/**
 * Checks whether a cage's values may be launched by any means: `run`, `run --print`, `shell`, a trial, the self-test, a unit, a
 * drop-in, `adopt`. Throws (exit 4) `bind-refused`, `bind-state`, `syslog-refused`, `device-refused`, `capability-unknown`,
 * `identity-other`, `writable-refused`, `value-refused`, and (exit 2) `bind-below-writable`, `bind-below-bind`. Checks only
 * values; the launcher opens and compares the paths on disk.
 */
export function requireLaunchable(values: LaunchValues, facts: LaunchFacts): void {
	requireIdentity(values.identity, facts.users);
	for (const { name } of values.permissions.capabilities) {
		if (capabilityNamed(name) !== name) throw new Failure("capability-unknown", { name }, 4);
	}
	requireMounts(values, facts.stateFolder);
	const { syslog } = values.permissions;
	if (syslog !== undefined && syslog !== facts.logSocket && syslog !== journalSocket) {
		throw new Failure("syslog-refused", { path: showPath(syslog) }, 4);
	}
	for (const device of values.devices) requireDevice(device);
	requireWords(values.application);
}

const journalSocket = join(journalDirectory, "dev-log");

/** Only uid 0 is called root, and a name must mean the same account on this machine. */
function requireIdentity({ name, uid }: Identity, users: readonly User[]): void {
	const byName = users.find((user) => user.name === name);
	const byNumber = users.find((user) => user.uid === uid);
	const isRoot = uid === 0;
	const isOther = byName ? byName.uid !== uid : byNumber !== undefined;
	if (isRoot !== (name === "root") || isOther) {
		throw new Failure("identity-other", { account: name, uid, other: byNumber?.name ?? byName?.uid ?? "-" }, 4);
	}
}

/** Launches create directories only here, and files only in the directories of many services. */
const runDirectory = pathFromText("/run");

function requireMounts({ binds, writable }: LaunchValues, state: Path): void {
	const paths = binds.map((bind) => pathFromText(bind.path));
	for (const { access, created, isSocket, path: text } of binds) {
		const path = pathFromText(text);
		// `mayBeBound` judges a path by its text, which must be normalised for that.
		if (!isPlain(path) || !mayBeBound(path)) throw new Failure("bind-refused", { path: showPath(path) }, 4);
		const isInPlace = created?.isFile ? isStateParent(parent(path)) : isWithin(path, runDirectory);
		const below = created?.below?.map((one) => ({ ...one, path: join(path, pathFromText(one.path)) })) ?? [];
		const isUnsafe = below.some((one) => !isPlain(one.path) || !isWithin(one.path, path) || one.mode & 0o002);
		const isOtherSocket = isSocket && (access !== "ro" || created !== undefined);
		if (isOtherSocket || (created && (!isInPlace || isUnsafe || created.mode & 0o002)))
			throw new Failure("bind-refused", { path: showPath(path) }, 4);
		if (isWithin(path, state) || isWithin(state, path)) {
			throw new Failure("bind-state", { path: showPath(path), state: showPath(state) }, 4);
		}
	}
	for (const path of writable) {
		const isOurs = isWithin(path, join(root, separateDataName));
		if (!isPlain(path) || path === root || isOurs || !mayBeWritable(path)) {
			throw new Failure("writable-refused", { option: "writable", path: showPath(path) }, 4);
		}
	}
	refuseNestedBinds(paths, writable);
}

function isPlain(path: Path): boolean {
	return path.startsWith("/") && normalise(path) === path && !path.includes("\0");
}

function requireDevice({ path, type, ...device }: LaunchValues["devices"][number]): void {
	const kind = type === "b" ? "block-device" : "character-device";
	if (!isPlain(path) || areaOf(path) !== "device" || isMachine({ kind, device })) {
		throw new Failure("device-refused", { path: showPath(path) }, 4);
	}
}

/** More would overlap with descriptors that our program uses itself. */
const maxSockets = 128;

/** System calls cannot take a NUL, and a variable's name ends at the first `=`. */
function requireWords({ command, cwd, env, sockets = [] }: LaunchValues["application"]): void {
	const isBad = (text: string) => text.includes("\0");
	const bad =
		[...command, cwd, ...Object.values(env)].find(isBad) ??
		Object.keys(env).find((name) => name === "" || name.includes("=") || isBad(name)) ??
		sockets.find((text, index) => index >= maxSockets || !parsePassedSocket(text));
	if (bad !== undefined) throw new Failure("value-refused", { value: bad.slice(0, 200) }, 4);
}
