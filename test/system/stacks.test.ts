import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { adoptAll, releaseAll, setUp, step, unserved } from "../stacks/matrix.ts";
import { names } from "../stacks/names.ts";
import { queue } from "../stacks/queue.ts";
import { type Booted, boot, bootTime } from "./booted.ts";

/** Stacks of services that serve each other, with packages of the usual tree. `stack-matrix.test.ts` moves more of them, and each service alone. */
const stacks = [names, queue];

let system: Booted;
beforeAll(async () => {
	system = await boot({ target: "basic.target" });
}, bootTime);

const isServed = { status: 0, unserved: [] };

test.each(stacks)("everybody is served by the stack $name in its cages, and after a restart", async (stack) => {
	expect(await setUp(system, stack)).toEqual([]);
	expect(await step(system, stack, "adopt", adoptAll(stack))).toMatchObject(isServed);
	expect(await step(system, stack, "restart", `systemctl restart ${stack.services.join(" ")}`)).toMatchObject(isServed);
});

test("everybody is served after a boot", async () => {
	await system.reboot();
	for (const stack of stacks) expect(await unserved(system, stack)).toEqual([]);
});

test.runIf(isLong).each(stacks)("everybody is served by the stack $name on the host again", async (stack) => {
	expect(await step(system, stack, "release", releaseAll(stack))).toMatchObject(isServed);
});

test.runIf(isLong)("a service that reads a secret is not moved without it", async () => {
	await system.must("cagewright remove named --yes --quiet");
	const { status, stderr } = await system.run("cagewright adopt named --yes --quiet");
	expect({ status, stderr }).toEqual({ status: 4, stderr: expect.stringContaining("--allow-secret /etc/bind/rndc.key") });
	expect(await unserved(system, names)).toEqual([]);
});
