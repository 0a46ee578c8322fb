import { describe, expect, test } from "vitest";
import type { Context, Machine } from "../../../src/base/engine/context.ts";
import type { Event } from "../../../src/base/engine/events.ts";
import type { Path } from "../../../src/base/path/path.ts";
import type { SocketPolicy } from "../../../src/plan/neighbours.ts";
import { type Attempt, withNeighbours } from "../../../src/trace/engine/neighbours.ts";
import type { Peer } from "../../../src/trace/trace.ts";
import { socket, tree } from "../../plan/tree.ts";

const database = "/run/redis/redis.sock" as Path;
const docker = "/run/docker.sock" as Path;

/** A machine on which a database listens at a socket and at port 6379; time passes only while somebody sleeps. */
function setting({ answersAlone = false } = {}) {
	const clock = { now: 0 };
	const events: Event[] = [];
	const machine = {
		files: tree({ [database]: socket(), [docker]: socket() }),
		listens: ({ address, port }: Peer) => port === 6379 && ["127.0.0.1", "127.0.0.2"].includes(address),
		elapsed: () => clock.now,
		launcher: {
			createSandbox: async () => ({ network: 77, [Symbol.asyncDispose]: async () => {} }),
			shell: async () => ({ ok: answersAlone }),
		},
		async sleep(milliseconds: number, signal: AbortSignal) {
			await new Promise((resolve) => setImmediate(resolve));
			signal.throwIfAborted();
			clock.now += milliseconds;
		},
	} as unknown as Machine;
	const context: Context = { machine, emit: (event) => void events.push(event), signal: new AbortController().signal };
	return { clock, context, events };
}
const asked = (sockets: readonly string[], ports: readonly number[] = [], address = "127.0.0.1") => ({
	sockets: new Set(sockets as Path[]),
	peers: ports.map((port): Peer => ({ address, port })),
});
const failed = { answered: false };
const policy: SocketPolicy = { uid: 1000, rules: { allow: [], refuse: [] } };
const application = { network: "host" as const, probes: ["true"] };

/** Returns how often an application is run that asks for these services and never answers. */
async function runsOf(whom: ReturnType<typeof asked>, network: "host" | "none" = "host"): Promise<number> {
	let runs = 0;
	const { answered } = await withNeighbours(setting().context, { ...application, network }, policy, async ({ watch }) => {
		runs++;
		watch(whom);
		return failed;
	});
	expect(answered).toBe(false);
	return runs;
}

describe("a service that an application asks for", () => {
	test("is let through in another run, with a warning", async () => {
		const { context, events } = setting();
		const lives: Pick<Attempt, "sockets" | "peers">[] = [];
		const result = await withNeighbours(context, application, policy, async ({ peers, sockets, watch }) => {
			lives.push({ peers, sockets });
			watch(asked(sockets.length ? [] : [database], peers.length ? [] : [6379, 5432]));
			return { answered: sockets.length > 0 };
		});
		expect(result.answered).toBe(true);
		expect(lives).toEqual([
			{ peers: [], sockets: [] },
			{ peers: [{ address: "127.0.0.1", port: 6379 }], sockets: [database] },
		]);
		expect(events).toMatchObject([
			{ event: "warned", code: "neighbour-reached", values: { path: database } },
			{ event: "warned", code: "neighbour-reached", values: { path: "127.0.0.1:6379" } },
		]);
	});
	test("is let through in another run although the application answers without it, because its answers may differ", async () => {
		const { context, events } = setting();
		const lives: (readonly Path[])[] = [];
		const result = await withNeighbours(context, application, policy, async ({ sockets, watch }) => {
			lives.push(sockets);
			watch(asked(sockets.length ? [] : [database]));
			return { answered: true, life: lives.length };
		});
		expect([lives, result.life]).toEqual([[[], [database]], 2]);
		expect(events).toEqual([{ event: "warned", code: "neighbour-reached", values: { path: database } }]);
	});
	test("stays closed if the application answers only without it", async () => {
		let lives = 0;
		const result = await withNeighbours(setting().context, application, policy, async ({ watch }) => {
			watch(asked([database]));
			return { answered: ++lives === 1, life: lives };
		});
		expect([lives, result.life]).toEqual([2, 1]);
	});
	test("is not let through at a port if the application answers without it, because a cage has the host's network", async () => {
		const { context, events } = setting();
		await withNeighbours(context, application, policy, async ({ watch }) => {
			watch(asked([], [6379]));
			return { answered: true };
		});
		expect(events).toEqual([]);
	});
	test("ends a waiting run after a delay, in which a daemon may create its own socket again", async () => {
		const { clock, context } = setting();
		let lives = 0;
		await withNeighbours(context, application, policy, async ({ context: within, watch }) => {
			if (++lives === 2) return { answered: true };
			watch(asked([database]));
			await context.machine.sleep(500, within.signal);
			watch(asked([]));
			await context.machine.sleep(2000, within.signal);
			watch(asked([database]));
			const before = clock.now;
			await new Promise((resolve) => within.signal.addEventListener("abort", resolve));
			expect(clock.now - before).toBeGreaterThan(1000);
			within.signal.throwIfAborted();
			return failed;
		});
		expect(lives).toBe(2);
	});
	test("is let through although the application no longer asks for it when it is found harmless", async () => {
		const { context } = setting();
		const lives: (readonly Peer[])[] = [];
		await withNeighbours(context, application, policy, async ({ context: within, peers, watch }) => {
			lives.push(peers);
			if (lives.length > 2 || peers.length) return { answered: true };
			watch(asked([], [6379]));
			within.signal.addEventListener("abort", () => watch(asked([])));
			await new Promise((resolve) => within.signal.addEventListener("abort", resolve));
			within.signal.throwIfAborted();
			return failed;
		});
		expect(lives).toEqual([[], [{ address: "127.0.0.1", port: 6379 }]]);
	});
	test("stays closed if a probe passes over its port alone, because the host's service would answer", async () => {
		const { context, events } = setting({ answersAlone: true });
		let lives = 0;
		const result = await withNeighbours(context, application, policy, async ({ watch }) => {
			lives++;
			watch(asked([], [6379]));
			await context.machine.sleep(5000, context.signal);
			return failed;
		});
		expect([result.answered, lives, events]).toEqual([false, 1, []]);
	});
	test("is let through at another address of the loopback, too", async () =>
		expect(await runsOf(asked([], [6379], "127.0.0.2"))).toBe(2));
	test("is not let through for a cage without network", async () => expect(await runsOf(asked([], [6379]), "none")).toBe(1));
	test("is let through only once, even if the application then fails", async () =>
		expect(await runsOf(asked([database], [6379]))).toBe(2));
	test.each([
		["rules the machine", asked([docker])],
		["is nobody", asked(["/run/gone.sock"], [1234])],
		["is the host's log", asked(["/dev/log"])],
	])("is not let through if it %s", async (_, whom) => expect(await runsOf(whom)).toBe(1));
	test("is let through if it is allowed, and stays closed if it is refused", async () => {
		const { context, events } = setting();
		const words = { allow: [`socket:${docker}`], refuse: [`socket:${database}`] };
		const lives: (readonly Path[])[] = [];
		await withNeighbours(context, application, { uid: 0, rules: words }, async ({ sockets, watch }) => {
			lives.push(sockets);
			watch(asked(sockets.length ? [database] : [database, docker]));
			return { answered: sockets.length > 0 };
		});
		expect(lives).toEqual([[], [docker]]);
		const values = { path: database, option: `--allow socket:${database}` };
		expect(events).toContainEqual({ event: "warned", code: "socket-not-reached", values });
	});
	test("is reported with the option that allows it and a warning if it rules the machine and stays closed", async () => {
		const { context, events } = setting();
		await withNeighbours(context, application, policy, async ({ watch }) => {
			watch(asked([docker, "/run/nobody.sock", "/run/nscd/socket"]));
			return { answered: true };
		});
		const values = { path: docker, option: `--allow socket:${docker}` };
		expect(events).toEqual([{ event: "warned", code: "socket-controls-machine", values }]);
	});
	test("does not hide a failure of the run itself", async () => {
		const { context } = setting();
		const broken = withNeighbours(context, application, policy, async ({ watch }) => {
			watch(asked([database]));
			throw new Error("broken");
		});
		await expect(broken).rejects.toThrow("broken");
	});
});
