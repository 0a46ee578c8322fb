import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { allPids, identityOf, linkTarget, statusText } from "../../base/host/proc.ts";
import { isRootBelow, statFields } from "../../base/host/processes.ts";
import { nativeProgramFile } from "../../base/host/release.ts";
import { runQuickTool } from "../../base/host/tools.ts";
import { parseMountinfo } from "../../base/machine/mountinfo.ts";
import { type Path, pathToBytes, pathToText } from "../../base/path/path.ts";
import type { MeasuredConfinement } from "../../cage/cage.ts";
import { capabilitiesOfMask } from "../../confine/capabilities.ts";
import { limitsSet } from "../../confine/limits.ts";
import type { ObservedProcess } from "../../confine/seccomp/observed-calls.ts";
import type { Limits } from "../../service/application.ts";
import { heldLimits } from "./cgroups.ts";

/** Everything that /proc (proc(5)) reveals about a caged process and its init. Undefined if one of them has ended. */
export function observeConfinement(pid: number, init: number, root: Path): ObservedProcess | undefined {
	try {
		const { capabilities, field, isOurs, layers } = statusOf(pid);
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		// The name may contain spaces and parentheses. The fields after it are state, ppid, pgrp, session, tty_nr.
		const [, , , session, terminal] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		const cage = identityOf(pathToBytes(root));
		return {
			inside: identityOf(`/proc/${pid}/root/.`) === cage,
			rootOfNamespace: isRootOfNamespace(root, pid),
			capabilities: Object.fromEntries(capabilities.map(([name, mask]) => [name, capabilitiesOfMask(mask)])),
			...layers,
			sharedNamespaces: namespaces.flatMap(([kind, name]) => (isOurs(kind) ? [name] : [])),
			descriptors: [...descriptors(pid, 3), ...(init === pid ? [] : descriptorsBeside(init, pid))],
			mounts: parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`, "latin1")),
			ownSession: Number(session) === init || isAlone(Number(session), pid),
			terminal: terminal !== "0",
			environment: readFileSync(`/proc/${init}/environ`, "latin1")
				.split("\0")
				// Without an init, the program has overwritten it.
				.filter((variable) => variable.includes("="))
				.map((variable) => variable.slice(0, variable.indexOf("="))),
			sameAccount: othersOf(Number(field("Uid")), pid),
		};
	} catch {
		return undefined;
	}
}

function descriptors(pid: number, first: number): string[] {
	return readdirSync(`/proc/${pid}/fd`)
		.filter((number) => Number(number) >= first)
		.map((number) => `${number}: ${readlinkSync(`/proc/${pid}/fd/${number}`)}`);
}

/** An init that runs commands of the service keeps the application's standard streams for them. */
function descriptorsBeside(init: number, application: number): string[] {
	const streams = descriptors(application, 0).filter((one) => /^[012]:/.test(one));
	return descriptors(init, 0).filter((one) => !streams.includes(one));
}

/** Whether no process outside its PID namespace is in this session: systemd's helper, which started it, has ended. */
function isAlone(session: number, pid: number): boolean {
	const namespace = readlinkSync(`/proc/${pid}/ns/pid`);
	return !allPids().some((one) => {
		const [, , , its] = statFields(one);
		return Number(its) === session && ![undefined, namespace].includes(linkTarget(one, "ns/pid"));
	});
}

/** Excludes root, which is always there, and processes of the cage's PID namespace. */
function othersOf(uid: number, pid: number): number[] {
	if (uid === 0) return [];
	const namespace = readlinkSync(`/proc/${pid}/ns/pid`);
	return allPids().filter((one) => {
		// A zombie does nothing any more.
		const lives = !/^State:\s*Z/m.test(statusText(one) ?? "State: Z");
		const isOfAccount = lives && statSync(`/proc/${one}`, { throwIfNoEntry: false })?.uid === uid;
		return isOfAccount && ![undefined, namespace].includes(linkTarget(one, "ns/pid"));
	});
}

/** Files of /proc/PID/ns (namespaces(7)) and our names for them. */
const namespaces = [
	["mnt", "mount"],
	["pid", "pid"],
	["ipc", "ipc"],
	["uts", "uts"],
	["cgroup", "cgroup"],
	["net", "net"],
	["user", "user"],
] as const;

/** What both views read. Throws if the process has ended. */
function statusOf(pid: number) {
	const status = readFileSync(`/proc/${pid}/status`, "latin1");
	const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
	return {
		field,
		/** The masks of its capability sets, by name. */
		capabilities: ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map((name) => [name, field(name) || "0"] as const),
		layers: { seccomp: field("Seccomp") === "2", noNewPrivileges: field("NoNewPrivs") === "1" },
		isOurs: (kind: string) => readlinkSync(`/proc/${pid}/ns/${kind}`) === readlinkSync(`/proc/self/ns/${kind}`),
	};
}

/** Reads a process's confinement from the kernel. Undefined if it has ended. `init` is the first process of its cage. */
export function measureConfinement(pid: number, init: number, root: Path, limits: Limits = {}): MeasuredConfinement | undefined {
	try {
		const { capabilities, isOurs, layers } = statusOf(pid);
		const all = capabilities.reduce((union, [, mask]) => union | BigInt(`0x${mask}`), 0n);
		const isInside = (one: number) => identityOf(`/proc/${one}/root/.`) === identityOf(pathToBytes(root));
		return {
			inside: isInside(pid) || (isInside(init) && isRootBelow(pid, init)),
			...layers,
			capabilities: capabilitiesOfMask(all.toString(16)),
			namespaces: namespaces.flatMap(([kind, name]) => (isOurs(kind) ? [] : [name])),
			...(limitsSet(limits).length ? { limits: heldLimits(pid, limits) } : {}),
		};
	} catch {
		return undefined;
	}
}

/** Whether it is the root of the process's mount namespace, where somebody who enters it arrives. Undefined if unknown. */
function isRootOfNamespace(root: Path, pid: number): boolean | undefined {
	const directory = pathToText(root);
	if (directory === undefined) return undefined;
	const { status } = runQuickTool(nativeProgramFile("observe"), [directory, `/proc/${pid}/ns/mnt`]);
	return status === 0 || status === 1 ? status === 0 : undefined;
}
