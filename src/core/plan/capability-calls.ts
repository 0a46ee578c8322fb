import { clockCalls } from "../confinement/seccomp.ts";

/** Calls that fail without a capability (capabilities(7)). */
export const capabilityOf: Readonly<Record<string, string>> = {
	chown: "chown",
	fchown: "chown",
	lchown: "chown",
	fchownat: "chown",
	setuid: "setuid",
	setreuid: "setuid",
	setresuid: "setuid",
	setgid: "setgid",
	setregid: "setgid",
	setresgid: "setgid",
	setgroups: "setgid",
	bind: "net_bind_service",
	kill: "kill",
	setpriority: "sys_nice",
	sched_setscheduler: "sys_nice",
	setrlimit: "sys_resource",
	prlimit64: "sys_resource",
	chmod: "fowner",
	fchmod: "fowner",
	fchmodat: "fowner",
	utimensat: "fowner",
	...Object.fromEntries(clockCalls.map((call) => [call, "sys_time"])),
};

/** Returns the calls that the capability permits. */
export function callsOfCapability(capability: string): string[] {
	return Object.keys(capabilityOf).filter((call) => capabilityOf[call] === capability);
}
