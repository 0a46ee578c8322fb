import type { Reporter, TestCase } from "vitest/node";

/** Prints why a test failed as soon as it has: the runner's own report comes at the end, or never if a later test hangs. */
export default class FailuresAtOnce implements Reporter {
	onTestCaseResult(test: TestCase): void {
		const { errors, state } = test.result();
		if (state !== "failed") return;
		const words = errors.flatMap(({ diff, message, stack }) => [message, diff, stack].filter(Boolean)).join("\n");
		const own = words.split("\n").filter((line) => !line.includes("/node_modules/"));
		process.stdout.write(
			`FAILED ${test.module.relativeModuleId} > ${test.fullName}\n${own.map((line) => `    ${line}\n`).join("")}`,
		);
	}
}
