import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { boot, bootTime } from "./booted.ts";

test(
	"a booted system serves, cages an application, and leaves nothing",
	async () => {
		const system = await boot({ services: ["redis-server"] });
		expect(await system.must("redis-cli ping")).toBe("PONG");
		expect(await system.run("echo out; echo err >&2; exit 3")).toEqual({ status: 3, stdout: "out\n", stderr: "err\n" });
		expect(JSON.parse(await system.must("cagewright make redis --yes --json --quiet"))).toMatchObject({ answered: true });
		await system.dispose();
		expect(existsSync(dirname(system.tree))).toBe(false);
	},
	bootTime,
);
