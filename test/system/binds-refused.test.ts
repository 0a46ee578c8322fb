import { expect, test } from "vitest";
import { cagewright, temporaryState } from "./cagewright.ts";

const server = [
	"--probe",
	"curl -fsS --noproxy '*' http://127.0.0.1:8124/",
	"--yes",
	"--",
	"/usr/bin/python3",
	"-m",
	"http.server",
	"8124",
];

test.each([
	["/etc:ro", 4],
	["/proc", 4],
	["/dev", 4],
	["/", 4],
	["/etc/../dev", 2],
	["/nothing/here", 2],
] as const)("%s is not bound into a cage", async (bind, status) => {
	const result = await cagewright(["make", "--name", "bound", "--bind", bind, ...server], { state: temporaryState() });
	expect(result.status).toBe(status);
	expect(result.stderr).toContain("cagewright: ");
	expect(result.stdout).toBe("");
});
