import { existsSync } from "node:fs";
import { resolveIdentity } from "../../core/application/created-directory.ts";
import { type PassedSocket, parsePassedSocket } from "../../core/application/passed-socket.ts";
import { usualUmask } from "../../core/application/service-settings.ts";
import { requireCapability } from "../../core/confinement/capabilities.ts";
import type { LaunchSpec } from "../../core/confinement/launch.ts";
import { environmentData } from "../../core/confinement/programs/environment.ts";
import { type InitKind, initData } from "../../core/confinement/programs/init.ts";
import { acceptorData, isPerConnection, type OwnedSocket, socketsData } from "../../core/confinement/programs/passed-sockets.ts";
import { Failure } from "../../core/failure.ts";
import type { LaunchRequest } from "../../engine/launch-ports.ts";
import { systemAccounts } from "../accounts/accounts.ts";
import { nativeProgram } from "../native-program.ts";
import { isRootless } from "./rootless.ts";

/** The init of a launch and the program that gives the application its account and environment. */
export function ownPrograms(
	{ identity, root, without }: Pick<LaunchSpec, "identity" | "root" | "without">,
	kind: InitKind = {},
): { init: Buffer; environment: Buffer } {
	const capabilities = without?.includes("capabilities") ? {} : { capabilities: root.capabilities.map(requireCapability) };
	const environment = environmentData({
		// Without root there is one account, and the confiner leaves it no capability.
		...(isRootless() ? {} : { account: { ...identity, ...capabilities } }),
		listens: Boolean(kind.passedSockets),
		inherits: without?.includes("environment") ?? false,
	});
	return { init: launchInit(kind), environment: nativeProgram("environment", environment) };
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
