import { expect, test } from "vitest";
import { outcomeText, withPendingProbes } from "../../src/wizard/parts/outcomes.tsx";

const failed = (command: string, status?: number) => ({
	command,
	ok: false,
	output: "",
	...(status === undefined ? {} : { status }),
});
const shown = (outcomes: Parameters<typeof withPendingProbes>[1]) => withPendingProbes(["a", "b"], outcomes).map(outcomeText);

test("a probe after one that failed until the time was over is not shown as failed", () => {
	expect(shown([failed("a"), failed("b")])).toEqual(["✗ a", "• b"]);
});

test("a probe after one that cannot run is shown as it ended", () => {
	expect(shown([failed("a", 127), failed("b")])).toEqual(["✗ a", "✗ b"]);
});

test("a probe that has not run yet is shown as such", () => {
	expect(shown([{ command: "a", ok: true, output: "" }])).toEqual(["✓ a", "• b"]);
});
