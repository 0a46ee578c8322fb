import { expect } from "vitest";
import { capabilitiesOfMask, launchCapabilities } from "../../src/confine/capabilities.ts";
import type { Made } from "./cagewright.ts";
import { hostNetwork, type Network } from "./network.ts";
import { identityOf, listeners, nameOf, processesIn, rootOf, statusField } from "./processes.ts";

const capabilitySets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];

/** Every process that listens on the port has the cage as its root, and no process in the cage may do more than the JSON says. */
export function expectServedInside(made: Made, port: number, network: Network = hostNetwork): void {
	const serving = listeners(port, network.pid);
	expect(serving).not.toEqual([]);
	for (const pid of serving) expect({ pid, root: rootOf(pid) }).toEqual({ pid, root: identityOf(made.root) });
	const inside = processesIn(made.root);
	expect(inside).toEqual(expect.arrayContaining(serving));
	for (const pid of inside) {
		// The init keeps the capability to signal other accounts for itself, and may get those that give the application its account.
		const init = nameOf(pid) === "cagewright-init";
		const { capabilities } = made.confinement;
		const beyond = init
			? [
					...besides(pid, ["CapInh", "CapPrm", "CapEff", "CapAmb"], ["kill"]),
					...besides(pid, ["CapBnd"], [...launchCapabilities, ...capabilities]),
				]
			: besides(pid, capabilitySets, capabilities);
		expect({ ...confinementOf(pid), beyond }).toEqual({
			noNewPrivileges: "1",
			seccomp: "2",
			beyond: [],
		});
	}
}

function confinementOf(pid: number): { noNewPrivileges: string; seccomp: string } {
	return { noNewPrivileges: statusField(pid, "NoNewPrivs"), seccomp: statusField(pid, "Seccomp") };
}

const besides = (pid: number, sets: readonly string[], allowed: readonly string[]) =>
	capabilitiesHeld(pid, sets).filter((name) => !allowed.includes(name));

function capabilitiesHeld(pid: number, sets: readonly string[]): string[] {
	return [...new Set(sets.flatMap((set) => capabilitiesOfMask(statusField(pid, set) || "0")))];
}

/** Checks the promises of `make --json` that apply to every application. */
export function expectWellMade(made: Made, name: string, state: string): void {
	expect(made).toMatchObject({
		schema: "cagewright/make/1",
		name,
		data: `${state}/cages/${name}/data`,
		answered: true,
		confinement: {
			launcher: "util-linux",
			seccomp: true,
			landlock: true,
			namespaces: expect.arrayContaining(["mount", "pid", "ipc", "uts", "cgroup"]),
			findings: [],
		},
	});
	expect(made.root).toMatch(new RegExp(`^${state}/cages/${name}/generations/\\d+$`));
	expect(made.rounds.length).toBeLessThanOrEqual(2);
	expect(made.rounds.at(-1)?.missing).toEqual([]);
	for (const probe of made.rounds.at(-1)?.probes ?? []) expect(probe.ok).toBe(true);
	for (const count of [made.files, made.directories, made.bytes]) expect(count).toBeGreaterThan(0);
	expect(made.symlinks).toBeGreaterThanOrEqual(0);
	expect(Object.keys(made.seconds).sort()).toEqual(["build", "plan", "trace", "trial"]);
}
