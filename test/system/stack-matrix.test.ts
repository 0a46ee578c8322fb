import { expect, test } from "vitest";
import { type Step, setUp, walk } from "../stacks/matrix.ts";
import { stacks } from "../stacks/stacks.ts";
import { boot } from "./booted.ts";

/**
 * Moves each service of each stack alone, each pair and all of them, restarts, upgrades and boots, and moves them back. Everybody is
 * served after each step. `npm run test:long` runs this.
 */

const packages = [...new Set(stacks.flatMap((stack) => stack.packages))].sort();
const renewed = stacks.map(({ upgraded }) => upgraded).sort();

test.each(stacks)("the stack $name serves everybody whatever moved", async (stack) => {
	const system = await boot({ packages, renewed, target: "basic.target" });
	try {
		expect(await setUp(system, stack)).toEqual([]);
		const broken: Step[] = [];
		for await (const step of walk(system, stack)) if (step.status !== 0 || step.unserved.length) broken.push(step);
		expect(broken).toEqual([]);
	} finally {
		await system.dispose();
	}
});
