import { lstatSync, mkdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { bindIdentity, requireSocketWay, writableIdentity } from "../../base/host/mounts.ts";
import { isRootless, rootless } from "../../base/host/rootless.ts";
import { requireTool } from "../../base/host/tools.ts";
import { isWithin, join as joinPath, outermost, type Path, pathFromText, pathToBytes } from "../../base/path/path.ts";
import { tracedAccountCapabilities, tracedRootCapabilities } from "../../confine/capabilities.ts";
import { confineName } from "../../confine/confiner.ts";
import { environmentName, initName } from "../../confine/places.ts";
import { sourceOf } from "../../plan/binds.ts";
import { parsePassedSocket } from "../../service/passed-socket.ts";
import { credentialsDirectory, notifySocket } from "../../service/service-settings.ts";
import type { CageMount, CageRoot, LaunchSpec } from "../launch.ts";
import type { Launch, LaunchRequest, Sandbox } from "../ports.ts";
import { acceptorName, isPerConnection, socketsName, socketVariables } from "../programs/passed-sockets.ts";
import { rulesetOf } from "./method.ts";
import { networkPlace } from "./network.ts";
import { harmlessDevices, hostDeviceLinks, hostMounts, layerIn } from "./sandbox-mounts.ts";
import { makeEmpty } from "./service-directories.ts";

/** Turns a request into the input of the launch script, with this machine's paths and mounts. */

const overlayMagic = 0x794c7630; // OVERLAYFS_SUPER_MAGIC of statfs(2)

/** An overlay cannot hold the upper layer of another one, e.g. in a container. */
const needsMemory = (place: string | Buffer) => statfsSync(place).type === overlayMagic;

/** `folder` is this launch's own; `scratch` is shared. */
export interface Places {
	readonly folder: string;
	/** Socket of the syslog that replaces the host's. */
	readonly log?: Path | undefined;
	/** Socket for sd_notify(3). */
	readonly notifications?: Path | undefined;
	readonly scratch: string;
}

export function specificationOf(request: LaunchRequest, places: Places): LaunchSpec {
	const { folder, log, notifications, scratch } = places;
	const { launch } = request;
	const handed = parsedSockets(request);
	const joins = "sandbox" in launch ? launch.sandbox?.network : undefined;
	const base = {
		...request,
		env: {
			...request.env,
			...socketVariables(handed),
			...(notifications ? notifyVariables(request) : {}),
			...credentialVariables(request),
		},
		...(notifications ? { notifications } : {}),
		...omitUndefined({ joins }),
		...(isRootless() ? { rootless: rootless() } : {}),
		...(request.attended === "terminal" ? { hasTerminal: true } : {}),
		init: pathFromText(join(folder, initName)),
		environment: pathFromText(join(folder, environmentName)),
		...(handed.length ? { socketsProgram: pathFromText(join(folder, socketsName)) } : {}),
		...(isPerConnection(handed) ? { acceptor: pathFromText(join(folder, acceptorName)) } : {}),
		networkProgram: pathFromText(networkPlace(folder)),
		setpriv: pathFromText(requireTool("setpriv")),
		chroot: pathFromText(requireTool("chroot")),
	};
	switch (launch.kind) {
		case "host":
			return { ...base, root: { kind: "host", capabilities: watchedCapabilities(request) } };
		case "sandbox": {
			const layers = layersOf(launch.sandbox);
			return {
				...base,
				root: {
					kind: "sandbox",
					directory: joinPath(layers, "root"),
					...(needsMemory(scratch) ? { memory: layers } : {}),
					mounts: hostMounts(launch, layers),
					directories: launch.directories,
					...omitUndefined({ leftovers: launch.leftovers }),
					given: launch.given,
					devices: [...harmlessDevices(), ...launch.devices],
					deviceLinks: hostDeviceLinks(),
					sockets: launch.sockets,
					...omitUndefined({ log }),
					capabilities: watchedCapabilities(request),
					confiner: pathFromText(join(folder, confineName)),
				},
			};
		}
		case "cage":
			return { ...base, root: cageRoot(request, launch, places) };
		default:
			return launch satisfies never;
	}
}

/** Without WATCHDOG_PID, every process may report (sd_watchdog_enabled(3)). */
function notifyVariables({ service }: LaunchRequest): Record<string, string> {
	const { watchdog } = service ?? {};
	return { NOTIFY_SOCKET: notifySocket, ...(watchdog === undefined ? {} : { WATCHDOG_USEC: String(watchdog) }) };
}

/** A start on the host passes none: its file system has no place for them. */
function credentialVariables({ launch, service }: LaunchRequest): Record<string, string> {
	return service?.credentials?.length && launch.kind !== "host" ? { CREDENTIALS_DIRECTORY: credentialsDirectory } : {};
}

export const layersOf = ({ folder }: Sandbox) => joinPath(folder, "layers");

const parsedSockets = ({ sockets = [] }: LaunchRequest) => sockets.flatMap((text) => parsePassedSocket(text) ?? []);

/**
 * A traced account may bind a port below 1024. If it does, the plan grants that capability; otherwise it has no effect. In the
 * sandbox and on the host it also has those that rules and its unit grant, as in its cage. A root start on the host keeps all capabilities.
 */
function watchedCapabilities({ identity, launch }: LaunchRequest): readonly string[] {
	if (isRootless() || launch.kind === "cage") return [];
	if (identity.uid !== 0) return tracedAccountCapabilities(launch.capabilities);
	return launch.kind === "sandbox" ? tracedRootCapabilities(launch.capabilities) : [];
}

function cageRoot(
	request: LaunchRequest,
	{ cage, sandbox, sockets }: Extract<Launch, { kind: "cage" }>,
	{ folder, log }: Places,
): CageRoot {
	const mounts: CageMount[] = [];
	const executable = cage.permissions.executableData ?? [];
	const add = (path: Path, source: Path, access: "ro" | "rw", { identity, ...kind }: Pick<CageMount, "identity" | "isBind">) => {
		const scratch = sandbox && access === "rw" ? layerIn(sandbox.folder, path) : undefined;
		if (scratch) mkdirSync(pathToBytes(scratch).toString(), { recursive: true });
		mounts.push({
			path,
			source,
			access,
			...(scratch ? { scratch } : {}),
			...(scratch && needsMemory(pathToBytes(scratch)) ? { inMemory: true as const } : {}),
			...(executable.includes(path) ? { isExecutable: true as const } : {}),
			...(identity ? { identity } : {}),
			...kind,
		});
	};
	// Nested writable directories come with the outermost one.
	for (const path of outermost(cage.writable))
		add(path, sourceOf(path, cage), "rw", omitUndefined({ identity: writableIdentity(path, cage) }));
	for (const { access, created, isSocket, path: text } of cage.binds) {
		const path = pathFromText(text);
		const isBind = true as const;
		if (isSocket) {
			requireSocketWay(path);
			mounts.push({ path, source: path, access, isBind, isFile: true, isSocket });
		} else if (!created) add(path, path, access, omitUndefined({ identity: bindIdentity(path), isBind }));
		else if (!sandbox) mounts.push({ path, source: path, access, created, isBind, ...(created.isFile ? { isFile: true } : {}) });
		else {
			const source = layerIn(sandbox.folder, path);
			makeEmpty(source, created);
			mounts.push({ path, source, access, ...(created.isFile ? { isFile: true } : {}) });
		}
	}
	mounts.sort((a, b) => a.path.length - b.path.length);
	return {
		kind: "cage",
		directory: cage.root,
		mounts,
		...(sockets?.length ? { sockets } : {}),
		temporaryEntries: cage.temporaryEntries,
		devices: cage.devices,
		proc: cage.permissions.proc !== undefined,
		ownProcess: cage.permissions.ownProcess !== undefined,
		kernelProc: cage.permissions.kernelProc !== undefined,
		sys: cage.permissions.sys !== undefined,
		...(cage.permissions.syslog === undefined ? {} : { syslog: log ?? cage.permissions.syslog }),
		capabilities: cage.permissions.capabilities.map((capability) => capability.name),
		landlock: rulesetOf(cage, request.identity, Boolean(request.sockets?.length)),
		confiner: pathFromText(join(folder, confineName)),
		hidesLaunch: !request.hostFiles?.length && !isPerConnection(parsedSockets(request)),
		hostFiles: request.hostFiles ?? [],
		names: request.names ?? [],
	};
}

/**
 * Every mount point must be a directory reached through directories only, because mount(8) follows links, and one in the cage
 * would point into the host's tree. One inside another mount is the host's own directory, which only root can replace, or the start
 * makes sure that it is one.
 */
export function checkMountPoints(spec: LaunchSpec): void {
	if (spec.root.kind !== "cage") return;
	const { directory, mounts } = spec.root;
	const isNested = (path: Path) => mounts.some((one) => one.path !== path && isWithin(path, one.path));
	for (const { isFile = false, path } of mounts.filter((mount) => !isNested(mount.path))) {
		for (let end = path.indexOf("/", 1); ; end = path.indexOf("/", end + 1)) {
			const part = `${directory}${end < 0 ? path : path.slice(0, end)}` as Path;
			const status = lstatSync(pathToBytes(part), { throwIfNoEntry: false });
			if (!(isFile && end < 0 ? status?.isFile() : status?.isDirectory())) {
				throw new Failure("mount-point-unsafe", { path: part }, 4);
			}
			if (end < 0) break;
		}
	}
}
