import { expect, test } from "vitest";
import { type Step, setUp, walk } from "../stacks/matrix.ts";
import { stacks } from "../stacks/stacks.ts";
import { boot } from "./booted.ts";

/**
 * Moves each service of each stack alone, then all of them, restarts and boots, and moves them back. A service may be refused, but a
 * stack whose service moved serves everybody: nothing breaks silently. `npm run test:long` runs this.
 */

const packages = [...new Set(stacks.flatMap((stack) => stack.packages))].sort();

test.each(stacks)("the stack $name serves everybody whatever moved", async (stack) => {
	const system = await boot({ packages, target: "basic.target" });
	try {
		expect(await setUp(system, stack)).toEqual([]);
		const broken: Step[] = [];
		for await (const step of walk(system, stack)) if (step.unserved.length) broken.push(step);
		expect(broken).toEqual([]);
	} finally {
		await system.dispose();
	}
});
