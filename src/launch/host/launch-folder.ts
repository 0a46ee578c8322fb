import { existsSync, readdirSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { systemAccounts } from "../../base/host/accounts.ts";
import { attempt } from "../../base/host/errors.ts";
import { makeSafeFolder } from "../../base/host/folder.ts";
import { keyedName } from "../../base/host/keyed-name.ts";
import { mountsWithin } from "../../base/host/mounts.ts";
import { allPids, wordsOf } from "../../base/host/proc.ts";
import { isLeftover } from "../../base/host/processes.ts";
import { nativeProgram } from "../../base/host/release.ts";
import { removeTree } from "../../base/host/remove.ts";
import { isRootless } from "../../base/host/rootless.ts";
import { writeUnlessEqual } from "../../base/host/text-files.ts";
import { findTool, runQuickTool } from "../../base/host/tools.ts";
import { join as joinPath, type Path, pathFromText, pathToBytes } from "../../base/path/path.ts";
import { requireCapability } from "../../confine/capabilities.ts";
import { confineName } from "../../confine/confiner.ts";
import { environmentName, initName } from "../../confine/places.ts";
import { resolveIdentity } from "../../service/created-directory.ts";
import { type PassedSocket, parsePassedSocket } from "../../service/passed-socket.ts";
import { usualUmask } from "../../service/service-settings.ts";
import type { LaunchSpec } from "../launch.ts";
import { launchScript, namespaceCommand } from "../launch-script.ts";
import type { LaunchRequest } from "../ports.ts";
import { environmentData, type InitKind, initData } from "../programs/init.ts";
import { acceptorData, isPerConnection, type OwnedSocket, socketsData } from "../programs/passed-sockets.ts";

/** The init of a launch and the program that gives the application its account and environment. */
export function ownPrograms(
	spec: Pick<LaunchSpec, "env" | "identity" | "root" | "without">,
	kind: InitKind = {},
): { init: Buffer; environment: Buffer } {
	const { env, identity, without } = spec;
	const environment = environmentData({
		...(isRootless() ? {} : { account: identity }),
		...omitUndefined({ capabilities: capabilitiesOf(spec) }),
		listens: Boolean(kind.passedSockets),
		inherits: without?.includes("environment") ?? false,
		variables: env,
	});
	return { init: launchInit(kind), environment: nativeProgram("environment", environment) };
}

/** Undefined: they stay, as for root on the host. Without root, the confiner leaves none, but it does not start on the host. */
function capabilitiesOf({ identity, root, without }: Pick<LaunchSpec, "identity" | "root" | "without">) {
	const onHost = root.kind === "host";
	if (without?.includes("capabilities") || (isRootless() ? !onHost : onHost && identity.uid === 0)) return undefined;
	return root.capabilities.map(requireCapability);
}

export function launchInit(kind: InitKind = {}): Buffer {
	return nativeProgram("init", initData(kind));
}

/** The program that opens a launch's sockets, if it has any. Throws `socket-invalid`, `account-unknown` or `group-unknown` (exit 2). */
export function socketsProgram({ service, sockets = [], launch }: LaunchRequest): Buffer | undefined {
	if (!sockets.length) return undefined;
	const owned = sockets.map((text) => withOwner(passedSocket(text)));
	const ipv6 = existsSync("/proc/net/if_inet6");
	const kind = { entersRoot: launch.kind === "sandbox", checksLinks: !isRootless(), ipv6, umask: service?.umask ?? usualUmask };
	return nativeProgram("sockets", socketsData(owned, kind));
}

/** The program that starts the application for each connection. Undefined if it is started only once. */
export function acceptorProgram({ sockets = [] }: LaunchRequest): Buffer | undefined {
	return isPerConnection(sockets.map(passedSocket)) ? nativeProgram("accept", acceptorData(sockets.length)) : undefined;
}

function passedSocket(text: string): PassedSocket {
	const socket = parsePassedSocket(text);
	if (!socket) throw new Failure("socket-invalid", { value: text }, 2);
	return socket;
}

/** Without root, everything belongs to the only account. */
function withOwner(socket: PassedSocket): OwnedSocket {
	const { group, user } = socket;
	if ((user === undefined && group === undefined) || isRootless()) return { ...socket, uid: -1, gid: -1 };
	const { gid, uid } = resolveIdentity(
		`${user ?? "root"}${group === undefined ? "" : `:${group}`}`,
		systemAccounts.users(),
		systemAccounts.groups(),
	);
	return { ...socket, uid, gid };
}

/** Removes a scratch folder and its content. Returns the failure, if any: the next command tries again, and nothing else needs to fail. */
export async function removeScratch(folder: string): Promise<Failure | undefined> {
	try {
		await detachMounts(folder);
		await removeTree(pathFromText(folder));
		return undefined;
	} catch (error) {
		if (error instanceof Failure) return error;
		throw error;
	}
}

/** Launches mount in their own namespaces, so only a person or a crashed program can have mounted something here. */
async function detachMounts(folder: string): Promise<void> {
	const tool = isRootless() ? undefined : findTool("umount");
	if (tool === undefined) return;
	const real = await realpath(folder).catch(() => folder);
	for (const mount of (await mountsWithin(pathFromText(real))).reverse()) {
		runQuickTool(tool, ["-n", "-l", "--", pathToBytes(mount).toString()], { stdio: "ignore" });
	}
}

export const scriptName = "launch.sh";
/** The mounts of a split launch. */
export const mountsName = "mounts.sh";

/**
 * Removes the scratch folders of killed commands and returns the failures. Their processes ended with them, with one exception: a
 * child that strace had just created when it was killed stays stopped forever (measured). It is found by the script's path in its
 * command line.
 */
export async function clearAbandoned(scratch: string): Promise<Failure[]> {
	const folders = readdirSync(scratch)
		.filter(isLeftover)
		.map((name) => join(scratch, name));
	if (!folders.length) return [];
	const scripts = new Set(folders.map((folder) => join(folder, scriptName)));
	for (const pid of allPids())
		if (wordsOf(pid, "cmdline").some((word) => scripts.has(word))) attempt(() => process.kill(pid, "SIGKILL"));
	const problems: Failure[] = [];
	for (const folder of folders) {
		const problem = await removeScratch(folder);
		if (problem) problems.push(problem);
	}
	return problems;
}

interface LaunchDraft {
	readonly spec: LaunchSpec;
	readonly programs: { readonly confiner: Buffer; readonly environment: Buffer; readonly init: Buffer };
}

/**
 * Writes a launch into a folder of its own in `folder`, named by its content, so that an installed service never starts parts of
 * two launches. `prepare` gets the folder for its paths. Returns the command that starts it, which needs nothing else of ours.
 */
export async function placeLaunch(folder: Path, prepare: (place: string) => LaunchDraft): Promise<readonly string[]> {
	const bytesOf = (spec: LaunchSpec) => Buffer.from(launchScript(spec), "latin1");
	const draft = prepare("/");
	const name = await keyedName(await makeSafeFolder(folder), [bytesOf(draft.spec), ...Object.values(draft.programs)]);
	const place = joinPath(folder, pathFromText(`launch-${name}`));
	const { programs, spec } = prepare(pathToBytes(place).toString());
	await makeSafeFolder(place);
	await writeUnlessEqual(joinPath(place, pathFromText(initName)), programs.init, 0o700);
	await writeUnlessEqual(joinPath(place, pathFromText(environmentName)), programs.environment, 0o700);
	await writeUnlessEqual(joinPath(place, pathFromText(confineName)), programs.confiner, 0o700);
	const script = joinPath(place, pathFromText(scriptName));
	await writeUnlessEqual(script, bytesOf(spec), 0o600);
	const [first = "", ...rest] = namespaceCommand(spec, script);
	return [first === "setpriv" ? spec.setpriv : first, ...rest];
}
