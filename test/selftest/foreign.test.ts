import { describe, expect, test } from "vitest";
import { differingParts, foreignOutcomes, processState, untriedTechniques } from "../../src/selftest/foreign.ts";
import type { Attempt } from "../../src/selftest/outcomes.ts";
import { allTechniques as all } from "../../src/selftest/techniques.ts";

const status = [
	"Name:\tsleep",
	"Uid:\t101000\t101000\t101000\t101000",
	"Gid:\t101000\t101000\t101000\t101000",
	"Groups:\t101042 101001 ",
	"NoNewPrivs:\t1",
	"Seccomp:\t2",
	"Seccomp_filters:\t3",
	"CapInh:\t0000000000000000",
	"CapPrm:\t0000000000000001",
	"CapEff:\t0000000000000001",
	"CapBnd:\t00000000a80425fb",
	"CapAmb:\t0000000000000000",
	"",
].join("\n");
const texts = {
	pid: 7,
	status,
	uidMap: "         0     100000      65536\n",
	gidMap: "         0     100000      65536\n",
	label: "container-default (enforce)\n",
	groups: "0::/a\n",
	root: "1:2",
	directory: "1:2",
	namespaces: { mnt: "mnt:[1]", pid: "pid:[1]" },
};
const state = processState(texts);
const escaped: Attempt = { how: "escaped", number: 0 };

describe("the state of a process", () => {
	test("has the ids of its own user namespace, and those of ours", () => {
		expect(state.accounts).toEqual({ uids: [1000, 1000, 1000, 1000], gids: [1000, 1000, 1000, 1000], groups: [1001, 1042] });
		expect(state.outside).toEqual({ uid: 101000, gid: 101000 });
		expect(processState({ ...texts, uidMap: "0 5 1" }).accounts.uids[0]).toBe(65534);
	});

	test("has filters, label and capabilities", () => {
		expect(state).toMatchObject({ noNewPrivileges: true, filters: 3, label: "container-default (enforce)" });
		expect(state.capabilities.CapBnd).toBe("00000000a80425fb");
		expect(processState({ ...texts, label: "unconfined\n" }).label).toBe("");
	});

	test("differs part by part, except for the mount namespace, which is a copy", () => {
		expect(differingParts(state, { ...state, namespaces: { mnt: "mnt:[2]", pid: "pid:[1]" } })).toEqual([]);
		const other = { ...state, namespaces: { mnt: "mnt:[1]", pid: "pid:[2]" }, filters: 0, label: "", root: "1:1" };
		expect(differingParts(state, other)).toEqual(["namespaces", "root", "seccomp", "label"]);
	});
});

describe("a technique", () => {
	const outcome = (id: string, notTaken: Parameters<typeof foreignOutcomes>[0]["notTaken"], hasOwnPids = true) =>
		foreignOutcomes({
			attempts: new Map(all.map((way) => [way.id, escaped])),
			untried: untriedTechniques({ hasOwnPids }),
			notTaken,
			state,
			sharesNetwork: false,
		}).find((way) => way.id === id)?.outcome;

	test("escapes if everything that could stop it was taken over", () => {
		expect(outcome("io-uring", [])).toBe("escaped");
		expect(outcome("climb", ["seccomp"])).toBe("escaped");
	});

	test("is unknown if a part that was not taken over could stop it", () => {
		expect(outcome("io-uring", ["seccomp"])).toBe("unclear");
		expect(outcome("climb", ["label"])).toBe("unclear");
		expect(outcome("device-node", ["cgroup"])).toBe("unclear");
	});

	test("is permitted by a capability of the sandbox", () => {
		expect(outcome("chown", [])).toBe("open");
		expect(outcome("join-group", [])).toBe("escaped");
	});

	test("is not tried if it would change something, or only Landlock stops it", () => {
		for (const id of ["link-program", "socket-can", "without-landlock", "other-port", "init-memory"]) {
			expect(outcome(id, [])).toBe("untried");
		}
		expect(outcome("init-memory", [], false)).toBe("escaped");
	});

	test("that is never tried exists", () => {
		const ids = all.map(({ id }) => id);
		for (const id of untriedTechniques({ hasOwnPids: true }).keys()) expect(ids).toContain(id);
	});
});
